"""A self-hosted broadcaster of live conference interpretation."""

__version__ = "0.1.0"
