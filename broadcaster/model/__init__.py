"""What things are: frozen data without input or output, and the Protocols stages depend on."""
