"""/docs and /openapi.json: the way in for engineers, with a browser and without. No token needed."""

import asyncio
import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

VIEWER, READER, LOOK = "openapi-explorer-2.4.820.min.js", "docs.js", "docs.css"
_CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""As the pages', but for styles: the viewer writes its own. What it tries out goes to this address alone."""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Slotkeeper API</title>
<link rel="icon" href="{mark}" type="image/svg+xml">
<link rel="stylesheet" href="{look}">
</head>
<body>
<noscript>A script shows the operations; without scripts read <a href="/openapi.json">/openapi.json</a>.</noscript>
<main id="unread">
<h1>Slotkeeper API</h1>
<p id="reading" role="status" hidden>Reading its operations…</p>
<div id="failed" role="alert" hidden>
<p>The operations could not be read. Are you online?</p>
<button type="button">Try again</button>
</div>
</main>
<openapi-explorer hidden collapse hide-server-selection hide-components schema-expand-level="2">
<h1 class="unseen" slot="overview-header">The API, operation by operation</h1>
<a slot="overview-header" class="home narrow" href="/">Slotkeeper</a>
<a slot="nav-header" class="home" href="/">Slotkeeper</a>
</openapi-explorer>
<script src="{reader}" defer></script>
<script type="module" src="{viewer}"></script>
</body>
</html>
"""


class Served:
    """The document as it is sent, of each minute once, as its examples are of then: anybody may ask for it, and making
    it takes 0.1 s of processor; the first time 2 to 8, in a thread of its own, while others are answered. Packed it is
    a sixteenth of its 3 MB.
    """

    def __init__(self, document: Callable[[], dict[str, Any]], clock: Callable[[], datetime]) -> None:
        self._document = document
        self._clock = clock
        self._made: tuple[datetime, bytes, bytes] | None = None
        self._maker = ThreadPoolExecutor(1, "openapi")
        """One after the other: the document is one, and is changed by who makes it anew."""

    async def bodies(self) -> tuple[bytes, bytes]:
        """As it is, and packed."""
        return await asyncio.get_running_loop().run_in_executor(self._maker, self._bodies)

    def _bodies(self) -> tuple[bytes, bytes]:
        minute = self._clock().replace(second=0, microsecond=0)
        if self._made is None or self._made[0] != minute:
            plain = json.dumps(self._document(), ensure_ascii=False, separators=(",", ":")).encode()
            self._made = minute, plain, gzip.compress(plain, 5, mtime=0)
        return self._made[1:]


def documentation_router(asset: Callable[[str], str], served: Served) -> APIRouter:
    """`asset`: the address of a file that pages load."""
    router = APIRouter(include_in_schema=False)
    page = _PAGE.format(mark=asset("mark.svg"), look=asset(LOOK), viewer=asset(VIEWER), reader=asset(READER))

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        """Each operation with its schemas, to be tried out with a token of one's own."""
        return HTMLResponse(page, headers={"Content-Security-Policy": _CONTENT})

    @router.get("/openapi.json")
    async def openapi(request: Request) -> Response:
        plain, packed = await served.bodies()
        takes = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if takes else {})
        return Response(packed if takes else plain, media_type="application/json", headers=headers)

    return router
