"""Parts of pages that change while somebody looks: server-sent events, a whole part each."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event

from api.desk.followers import Follower
from api.desk.live import State
from api.methods import IS_HEAD
from api.services import Services
from api.web.visitor import Visitor
from db.changes import Subject

_LASTS = timedelta(minutes=10)
"""Then the browser comes back by itself."""
_COME_BACK_MS = 2000


async def following(
    request: Request,
    services: Services,
    visitor: Visitor,
    subject: Subject,
    what: Hashable,
    look: Callable[[Visitor], Awaitable[str]],
) -> Response:
    """`look`: makes the part, for the visitor at that time; it is the same for all who look at `what`, and taken again
    when `subject` changes.

    It ends with their session: by itself, or a sign of life after it was ended anywhere. Strangers are told apart by
    what their browser keeps: behind a proxy all come from one address. Raises Overloaded, TooManyStreams.
    """

    async def seen() -> State:
        shown = await look(replace(visitor, now=services.clock()))
        number = sha256(shown.encode()).hexdigest()[:32]
        return State(
            id=number, shown=format_sse_event(id=number, data_str=shown).decode()
        )  # once for all who look

    states = await services.desk.live.follow(
        subject,
        what,
        seen,
        by=_follower(visitor),
        seen=request.headers.get("last-event-id", "")[:64],
        lasts=_lasts(visitor),
    )
    stays = None if visitor.principal is None else partial(services.desk.web_sessions.goes_on, visitor.secret)
    every_s = services.desk.live.sign_of_life.total_seconds()
    told = iter(()) if request.scope.get(IS_HEAD) else _events(states, stays, every_s)
    return StreamingResponse(told, media_type="text/event-stream")


def _follower(visitor: Visitor) -> Follower:
    if visitor.principal is None:
        return Follower(id=visitor.secret, is_stranger=True)
    return Follower(id=visitor.principal.subject)


def _lasts(visitor: Visitor) -> timedelta:
    return _LASTS if visitor.principal is None else visitor.principal.lasts(visitor.now, _LASTS)


async def _events(
    states: AsyncGenerator[State | None], stays: Callable[[], Awaitable[bool]] | None, every_s: float
) -> AsyncIterator[bytes]:
    """`stays`: are they still signed in? Asked every so often, and not of each state: hundreds are told at once."""
    yield format_sse_event(comment="told as it changes", retry=_COME_BACK_MS)
    asked_at = time.monotonic()
    async with aclosing(states):
        async for state in states:
            if stays is not None and time.monotonic() - asked_at >= every_s:
                if not await stays():
                    return
                asked_at = time.monotonic()
            yield format_sse_event(comment="") if state is None else state.shown.encode()
