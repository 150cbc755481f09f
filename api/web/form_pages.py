"""The page that a form which was sent stands on, as it is by now: asked for again, as its reader would."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from api.methods import IS_HEAD
from api.web import addresses
from api.web.refilled import FORM_PAGE, RefilledPage, Typed

_MAKE_ANEW = (addresses.HOME, addresses.BOOK)
"""The first has no form; the other makes an offer each time that it is asked for, and nothing is typed there."""
_OF_THE_BODY = (b"content-type", b"content-length", b"transfer-encoding", b"accept-encoding")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """`address`: of the page. `headers`: it was sent with."""

    address: str
    headers: Headers
    page: RefilledPage


async def form_page(request: Request, came_from: str, *, once_more: bool) -> FormPage | None:
    """None: it stands on none that the sender may see by now. `came_from`: the page that the browser names.
    `once_more`: as `Typed` has it.
    """
    if request.scope.get(IS_HEAD) or "text/event-stream" in request.headers.get("accept", ""):
        return None
    values = await _values(request)
    method = "get" if request.method == "GET" else "post"
    typed = Typed(method=method, to=request.url.path, values=values, once_more=once_more)
    for address in _likely(request, came_from, values):
        found = await _asked_again(request, address)
        page = None if found is None else RefilledPage.of(found[1], typed)
        if found is not None and page is not None:
            return FormPage(address=address, headers=found[0], page=page)
    return None


async def _values(request: Request) -> dict[str, list[str]]:
    """As they were sent, by name; files are not kept."""
    sent = request.query_params if request.method == "GET" else await request.form()
    found: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if not isinstance(value, UploadFile):
            found.setdefault(name, []).append(value)
    return found


def _likely(request: Request, came_from: str, values: dict[str, list[str]]) -> list[str]:
    """Addresses of pages that it may stand on. Of one that was refused before the browser names no page, but we did."""
    if request.method == "GET":
        return [request.url.path] if values else []
    said = addresses.own_address(values.get(FORM_PAGE, [""])[0])
    there = said if said != addresses.HOME else came_from
    return [] if there.partition("?")[0] in _MAKE_ANEW else [addresses.without_done(there)]


async def _asked_again(request: Request, address: str) -> tuple[Headers, str] | None:
    """None: there is no such page, or not for them."""
    path, _, query = address.partition("?")
    scope = {
        **request.scope,
        "method": "GET",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name, value) for name, value in request.scope["headers"] if name not in _OF_THE_BODY],
        "path_params": {},
        "state": dict(request.scope.get("state", {})),
        IS_HEAD: True,  # so that nothing is begun that goes on for ever, and no refusal asks for a page in its turn
    }
    answer: list[Message] = []

    async def gone() -> Message:
        """Nobody listens: what would go on for ever ends."""
        return {"type": "http.disconnect"}

    async def keep(message: Message) -> None:
        answer.append(message)

    try:
        await request.app.router(scope, gone, keep)
    except HTTPException:
        return None
    begun, *parts = answer
    headers = Headers(raw=begun["headers"])
    if begun["status"] != HTTPStatus.OK or not headers.get("content-type", "").startswith("text/html"):
        return None
    return headers, b"".join(part.get("body", b"") for part in parts).decode()
