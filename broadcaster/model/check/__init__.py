"""What a sound check finds: the microphone's faults, and the verdicts of all checks."""
