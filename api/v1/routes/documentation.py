"""/docs: the way in for engineers with a browser. No token needed."""

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)
_VIEWER = '<div id="swagger-ui">'
_UNTIL_LOADED = """
<p style="font-family: sans-serif; margin: 2em">Loading the viewer from a public CDN. If this text stays, the CDN
cannot be reached from here: read <a href="/openapi.json">/openapi.json</a> instead, or open it in a viewer of
your own.</p>
"""


@router.get("/docs")
async def docs() -> HTMLResponse:
    """FastAPI's page; the viewer replaces what stands in its place once it is loaded."""
    page = get_swagger_ui_html(openapi_url="/openapi.json", title="Slotkeeper API").body
    text = bytes(page).decode().replace(_VIEWER, _VIEWER + _UNTIL_LOADED)
    return HTMLResponse(text)
