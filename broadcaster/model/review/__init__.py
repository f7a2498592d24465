"""Review: captions that people correct or hide, and words that are replaced in later captions."""
