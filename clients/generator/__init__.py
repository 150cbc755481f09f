"""Writes the Python client from the OpenAPI document that the API serves: `python -m clients.generator`."""
