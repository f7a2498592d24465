"""What the process needs of its system: tasks, child processes, files, certificates."""
