"""HTTP methods that no route answers by itself: HEAD, OPTIONS, and which ones an address takes at all (RFC 9110)."""

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IS_HEAD = "slotkeeper.head"
"""Set in the scope of a GET whose body nobody reads: one that would go on for ever is to have none."""
_ANSWERED = ("GET", "POST", "PUT", "PATCH", "DELETE")


def allowed(app: Starlette, scope: Scope) -> tuple[str, ...]:
    """What the address takes, by all of its routes; empty: there is no such address."""
    taken = [
        method
        for method in _ANSWERED
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in app.routes)
    ]
    if "GET" in taken:
        taken.append("HEAD")
    return (*taken, "OPTIONS") if taken else ()


class HeadAndOptions:
    """HEAD is GET without its body; OPTIONS says what an address takes. `routes`: the application that has them."""

    def __init__(self, app: ASGIApp, *, routes: Starlette) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope.get("method")
        if method == "OPTIONS" and (taken := allowed(self._routes, scope)):
            await Response(status_code=204, headers={"Allow": ", ".join(taken)})(scope, receive, send)
        elif method == "HEAD":
            await self._app({**scope, "method": "GET", IS_HEAD: True}, receive, _without_body(send))
        else:
            await self._app(scope, receive, send)


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
