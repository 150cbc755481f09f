"""Clients of the API for those who call it: `python` is a package of its own, which `generator` writes."""
