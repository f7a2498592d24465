"""Sources of sound other than the floor: links of Ogg files, and sound cards."""
