"""Copies of finished recordings in an S3-compatible bucket."""
