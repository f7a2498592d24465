"""Times of captions: when text was said on the floor, and when it is heard on its channel."""
