"""A chain of engine sessions: rotation, replay after a drop, repeats removed, watchdogs."""
