"""Addresses of pages as QR codes."""

from io import BytesIO

import segno
from fastapi import Request
from fastapi.responses import Response

from api.web.pages import Pages

_SAME_FOR_A_WHILE = {
    "Content-Type": "image/svg+xml",
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Encoding",
}


def code_shown(request: Request, pages: Pages, address: str) -> Response:
    """As SVG, packed to a third: a site's signs are one for each bay."""
    drawn = BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", scale=4, border=2)
    return pages.sent(request, drawn.getvalue().decode(), 200, _SAME_FOR_A_WHILE)
