"""Services of the operating system: tasks, child processes, files, certificates."""
