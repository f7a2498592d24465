"""The results of a sound check: the microphone's faults, and the verdicts of all checks."""
