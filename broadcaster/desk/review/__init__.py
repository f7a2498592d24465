"""Review of captions: reviewers correct, hide and show them, and see them as they are written."""
