"""Translation of free speech into other languages, by models and programs of this machine."""
