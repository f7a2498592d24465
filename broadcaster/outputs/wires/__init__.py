"""The protocols of caption outputs, one in each file."""
