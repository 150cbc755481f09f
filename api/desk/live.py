"""What is shown of sites and reservations, told anew when it has changed: computed once for all who look at the same.

A state stands for itself: who has missed some needs the newest only. What has changed is told by the database; as time
passes too, it is also looked at once in a while.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Hashable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from api.desk.followers import Follower, Followers
from db.changes import Kind, Subject, hear, watch
from db.engine import Sessions

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`id` is the same if and only if what is shown is the same, whichever process made it."""

    id: str
    shown: str


Look = Callable[[], Awaitable[State]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`between`: two looks at the same. `at_least_every`: one is taken, as time passes. `sign_of_life`: to who waits.

    `lingers`: what nobody looks at any more is kept for who comes back. `soon`: after the first look a second is taken,
    for what was under way. Of `most` who follow, `most_strangers` are not signed in: the rest is left for who is.
    """

    soon: timedelta = timedelta(seconds=1)
    between: timedelta = timedelta(milliseconds=500)
    at_least_every: timedelta = timedelta(seconds=60)
    sign_of_life: timedelta = timedelta(seconds=15)
    lingers: timedelta = timedelta(seconds=5)
    looks_at_once: int = 2
    most: int = 2000
    most_of_one: int = 20
    most_strangers: int = 1000


@dataclass(eq=False, slots=True)
class _View:
    """What some look at. `stale`: to be looked at again; `news`: of everybody who waits, set when it has changed.

    `signed_in`: of those who follow. `is_gone`: nobody keeps it up any more.
    """

    subject: Subject
    look: Look
    stale: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    state: State | None = None
    followers: int = 0
    signed_in: int = 0
    left_at: float = 0.0
    watched_at: float = 0.0
    is_gone: bool = False

    def tell(self, state: State) -> None:
        self.state = state
        told, self.news = self.news, asyncio.Event()
        told.set()


class Live:
    """Listens while anybody looks. `close` ends all that is told, for good: the process goes down."""

    def __init__(self, sessions: Sessions, pace: Pace | None = None) -> None:
        self._sessions = sessions
        self._pace = pace or Pace()
        self.sign_of_life = self._pace.sign_of_life
        self._views: dict[Hashable, _View] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None
        self._turns = asyncio.Semaphore(self._pace.looks_at_once)
        self._strangers_turn = asyncio.Semaphore(1)
        self._closed = asyncio.Event()
        self._followers = Followers(
            most=self._pace.most, most_of_one=self._pace.most_of_one, most_strangers=self._pace.most_strangers
        )

    @property
    def followers(self) -> int:
        return self._followers.total

    @property
    def views(self) -> int:
        """That are kept up, for however many."""
        return len(self._views)

    def close(self) -> None:
        self._closed.set()
        for view in self._views.values():
            view.news.set()
            view.stale.set()

    async def aclose(self) -> None:
        """Closes, and returns when nothing of it runs any more."""
        self.close()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def follow(
        self, subject: Subject, what: Hashable, look: Look, *, by: Follower, seen: str, lasts: timedelta
    ) -> AsyncGenerator[State | None]:
        """States from now on, for so long: at first the present one, unless it is the `seen` one. None: a sign of life.

        `subject`: what makes it look again when it changes. `what` is equal for whom `look` shows the same. The first
        look is taken before this returns, and raises what it raises. Also raises Overloaded, TooManyStreams.
        """
        self._followers.check(by)
        with self._followers.with_one_more(by):  # while it looks; what is told counts by itself
            view = await self._view(subject, what, look, by)
        return self._states(view, by, seen, lasts)

    async def _view(self, subject: Subject, what: Hashable, look: Look, by: Follower) -> _View:
        view = self._views.get(what) or _View(subject=subject, look=look)
        if view.state is None:
            await watch(self._sessions, subject)
            state = await self._looked(view, by_stranger=by.is_stranger)
            return self._views.get(what) or self._begun(what, view, state)
        if view.stale.is_set():
            await self._again(view, by_stranger=by.is_stranger)
        return view

    async def _states(
        self, view: _View, by: Follower, seen: str, lasts: timedelta
    ) -> AsyncGenerator[State | None]:
        view.followers += 1
        view.signed_in += not by.is_stranger
        ends = _now() + lasts.total_seconds()
        try:
            with self._followers.with_one_more(by):
                while True:
                    news, state = view.news, view.state
                    if state is not None and state.id != seen:
                        seen = state.id
                        yield state
                    left = ends - _now()
                    if left <= 0 or view.is_gone or self._closed.is_set():
                        return
                    if not await _happened(news, min(left, self._pace.sign_of_life.total_seconds())):
                        yield None
        finally:
            view.followers -= 1
            view.signed_in -= not by.is_stranger
            view.left_at = _now()

    def _begun(self, what: Hashable, view: _View, state: State) -> _View:
        view.tell(state)
        view.left_at = view.watched_at = _now()
        self._views[what] = view
        keeping = self._start(self._keep(view))
        keeping.add_done_callback(lambda _done: self._forget(what))
        if self._listening is None:
            self._listening = self._start(self._listen())
        return view

    async def _keep(self, view: _View) -> None:
        """Until nobody has looked at it for a while."""
        await _happened(view.stale, self._pace.soon.total_seconds())
        view.stale.set()
        while not self._closed.is_set():
            idle = not view.followers
            if idle and _now() >= view.left_at + self._pace.lingers.total_seconds():
                return
            pause = self._pace.lingers if idle else self._pace.at_least_every
            told = await _happened(view.stale, pause.total_seconds())
            if not self._closed.is_set() and (told or not idle):
                await self._again(view, by_stranger=not view.signed_in)
                await _happened(self._closed, self._pace.between.total_seconds())

    def _forget(self, what: Hashable) -> None:
        view = self._views.pop(what)
        view.is_gone = True  # who came in that moment comes back for another
        view.news.set()
        if not self._views and self._listening is not None:
            self._listening.cancel()
            self._listening = None

    async def _again(self, view: _View, *, by_stranger: bool) -> None:
        view.stale.clear()
        try:
            if _now() >= view.watched_at + self._pace.at_least_every.total_seconds():
                await watch(self._sessions, view.subject)
                view.watched_at = _now()
            state = await self._looked(view, by_stranger=by_stranger)
        except Exception as error:  # noqa: BLE001 - the database is away for a while: they keep what they have
            _log.warning("live_not_looked", subject=view.subject.id, error=type(error).__name__)
            return
        if view.state is None or state.id != view.state.id:
            view.tell(state)

    async def _looked(self, view: _View, *, by_stranger: bool) -> State:
        """Strangers, who can ask for as many views as there are lengths of a slot, keep nobody else waiting."""
        async with self._strangers_turn if by_stranger else self._turns:
            return await view.look()

    async def _listen(self) -> None:
        async for changed in hear(self._sessions, *Kind):
            for view in self._views.values():
                if changed.concerns(view.subject):
                    view.stale.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, context=Context())  # of no request
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _happened(event: asyncio.Event, within_s: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()
    return event.is_set()


def _now() -> float:
    return asyncio.get_running_loop().time()
