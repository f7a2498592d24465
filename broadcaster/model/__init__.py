"""The data model: frozen data without I/O, and the protocols that the stages depend on."""
