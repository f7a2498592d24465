"""Between the 24 kHz of engines and the 48 kHz of people."""
