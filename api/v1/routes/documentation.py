"""/docs: the way in for engineers with a browser. No token needed."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

VIEWER, LOOK = "openapi-explorer-2.4.820.min.js", "docs.css"
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
<openapi-explorer spec-url="/openapi.json" collapse hide-server-selection hide-components schema-expand-level="2">
<h1 slot="overview-header">The API, operation by operation</h1>
<a slot="overview-header" class="home narrow" href="/">Slotkeeper</a>
<a slot="nav-header" class="home" href="/">Slotkeeper</a>
</openapi-explorer>
<script type="module" src="{viewer}"></script>
</body>
</html>
"""


def documentation_router(asset: Callable[[str], str]) -> APIRouter:
    """`asset`: the address of a file that pages load."""
    router = APIRouter(include_in_schema=False)
    page = _PAGE.format(mark=asset("mark.svg"), look=asset(LOOK), viewer=asset(VIEWER))

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        """Each operation with its schemas, to be tried out with a token of one's own."""
        return HTMLResponse(page, headers={"Content-Security-Policy": _CONTENT})

    return router
