"""`broadcaster events`, `conferences` and `tokens`: commands that ask the API of a desk."""
