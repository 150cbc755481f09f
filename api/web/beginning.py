"""Signed in: a session begins anew in the browser that asks, whichever way it came to be."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.desk.web_sessions import Begun
from api.services import Services
from api.web.browsers import browser_called
from api.web.face import Face
from api.web.visitor import SESSION, STRANGER, forget, keep, kept
from domain.signing_in.ways import WayIn


async def let_in(
    request: Request, services: Services, face: Face, driver_id: str, way_in: WayIn, back_to: str
) -> Response:
    """A driver for whom we vouch ourselves, on to `back_to`, which is a page of ours."""
    begun = await services.desk.web_sessions.begin_for_driver(
        driver_id, way_in=way_in, browser=calls_itself(request), instead_of=kept(request, SESSION)
    )
    return signed_in(services, face, begun, back_to)


def signed_in(services: Services, face: Face, begun: Begun, back_to: str) -> Response:
    """On to `back_to`, with the session's secret for the browser to keep. What it was known by before is over."""
    response = RedirectResponse(back_to, status_code=303)
    lasts = int((begun.ends_at - services.clock()).total_seconds())
    keep(response, SESSION, begun.secret, secure=face.secure, seconds=lasts)
    forget(response, STRANGER, secure=face.secure)
    return response


def calls_itself(request: Request) -> str:
    return browser_called(request.headers.get("user-agent", ""))
