"""Requests made from `openapi.yaml`, valid and invalid ones, to a real server."""
