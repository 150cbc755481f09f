"""The charger's end of TLS: whom it trusts, and its own certificate for security profile 3."""

from __future__ import annotations

import ssl
from pathlib import Path


def client_context(
    *, roots: Path | None = None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """`roots`: PEM bundle; None trusts what the system trusts. Raises OSError for files that do not serve."""
    context = ssl.create_default_context(cafile=roots)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context
