"""Which certificates the stand-in and its callers trust: read once a process, as that takes longer than many a test."""

import functools
import ssl

import httpx


@functools.cache
def trusted_roots() -> ssl.SSLContext:
    """For `httpx.AsyncClient(verify=…)`, which else reads them again for each client."""
    return httpx.create_ssl_context(trust_env=False)
