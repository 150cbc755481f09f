"""Browsers that are told something: turned on by a press on the page of preferences, shown by a worker of ours."""

import functools
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.services import ServicesHere
from api.web.addresses import PREFERENCES
from api.web.assets import FOLDER
from api.web.face import FaceHere, PageRoute, SignedIn
from api.web.visitor import A_YEAR, TOLD, keep
from domain.telling.channels import Channel
from domain.telling.contact import Wanted

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/push-worker.js")
async def push_worker() -> Response:
    """At the root, as a worker answers for what is below it; asked for anew each time, as browsers keep it running."""
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": "default-src 'none'"}
    return Response(_worker(), media_type="text/javascript", headers=headers)


@router.post(f"{PREFERENCES}/browsers")
async def add_browser(
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    address: Annotated[str, Form(max_length=500)],
    key: Annotated[str, Form(max_length=100)],
    secret: Annotated[str, Form(max_length=100)],
) -> Response:
    """As its script has them of the browser, which keeps the number, to be told nothing once its driver has signed out
    there; once more, nothing changes.
    """
    said = Wanted(channel=Channel.PUSH, address=address, push_key=key, push_secret=secret)
    added = await services.desk.contact_points.add(principal, said)
    response = RedirectResponse(PREFERENCES, status_code=303)
    keep(response, TOLD, str(added.id), secure=face.secure, seconds=A_YEAR)
    return response


@functools.cache
def _worker() -> bytes:
    return (FOLDER / "push-worker.js").read_bytes()
