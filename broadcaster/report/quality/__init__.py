"""Compares what was interpreted with a script, with references and with a person's judgement."""
