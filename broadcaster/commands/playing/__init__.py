"""The command `broadcaster play`: channels of an event on the outputs of a rack."""
