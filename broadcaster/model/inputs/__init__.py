"""The inputs of a floor, main and backup, and the rules by which one of them is heard."""
