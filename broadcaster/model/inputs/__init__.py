"""The inputs of a floor, the rules by which one of them is heard, and the delay of the floor."""
