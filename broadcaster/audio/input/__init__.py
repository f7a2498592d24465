"""Where sound comes from besides the floor: links of Ogg files, and sound cards."""
