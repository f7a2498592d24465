"""The newest messages of each topic: in memory, and in files that outlive a killed process."""
