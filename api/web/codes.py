"""Addresses of pages as QR codes."""

from io import BytesIO

import segno


def code_of(address: str) -> bytes:
    """SVG."""
    drawn = BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", scale=4, border=2)
    return drawn.getvalue()
