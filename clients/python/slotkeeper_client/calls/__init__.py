"""Calls.

Made by `make client` from the API's own description; not to be edited.
"""
