"""Lives scripts one after another on servers of its own, and says what was wrong with each."""

import asyncio
import importlib
import itertools
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from activities.money.stripe_gateway import StripeGateway
from chaos.audit.evidence import Violation
from days.audit import audit
from days.day import Day
from days.script import Script
from days.socket_stage import SocketStage
from days.stage import Stage
from days.virtual_stage import VirtualStage
from db.engine import create_engine
from runtime.embedded.postgres import EmbeddedPostgres
from simulator.stripe_api.server import RunningStripeApi, running_stripe_api

LONGEST_S = 180.0
"""Of the wall's seconds; a day that takes longer hangs."""
_TEMPLATE = "migrated"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`events`: all that happened: deeds, deadlines, tasks, messages. `violations`: none on a day as it must be."""

    script: Script
    events: int = 0
    violations: tuple[Violation, ...] = ()
    story: tuple[str, ...] = ()
    quirks: Mapping[str, int] = field(default_factory=dict)
    """How often each that was there has shown."""

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(violation.what for violation in self.violations)


class Places:
    """Where days are lived: a Postgres and a stand-in for the payment provider."""

    def __init__(self, postgres: EmbeddedPostgres, stripe: RunningStripeApi, template: str) -> None:
        self._postgres, self._stripe, self._template = postgres, stripe, template
        self._numbers = itertools.count(1)

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> "AsyncIterator[Places]":
        async with EmbeddedPostgres(durable=False) as postgres, running_stripe_api() as stripe:
            url = await postgres.create_database(_TEMPLATE)
            await asyncio.to_thread(importlib.import_module("db.migrations").upgrade, url)
            yield cls(postgres, stripe, _TEMPLATE)

    async def live(self, script: Script, *, over_sockets: bool = False) -> Outcome:
        name = f"day_{next(self._numbers)}"
        url = await self._postgres.create_database(name, self._template)
        await self._stripe.reset()
        try:
            return await lived(script, url, self._stripe, over_sockets=over_sockets)
        finally:
            await self._postgres.drop_database(name)


async def lived(
    script: Script, url: str, stripe_api: RunningStripeApi, *, over_sockets: bool = False
) -> Outcome:
    """On an empty database and a provider that nobody else uses. What broke it off is a violation, too."""
    async with opened(script, url, stripe_api, over_sockets=over_sockets) as day:
        violations: Sequence[Violation]
        try:
            async with asyncio.timeout(LONGEST_S):
                await day.live()
                violations = await audit(day)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is what this day found
            detail = "".join(traceback.format_exception(error, limit=-4))
            violations = [Violation(invariant="day", what="broke", about=type(error).__name__, detail=detail)]
        events = day.events + day.stage.tasks + day.stage.frames
        return Outcome(script, events, tuple(violations), tuple(day.truth.told), day.quirks())


@asynccontextmanager
async def opened(
    script: Script, url: str, stripe_api: RunningStripeApi, *, over_sockets: bool = False
) -> AsyncIterator[Day]:
    """A day that waits to be lived, on a stage of its own."""
    engine = create_engine(url, pool_size=8)
    stripe = StripeGateway(stripe_api.api_key, stripe_api.base_url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        stack.push_async_callback(stripe.aclose)
        stage: Stage
        if over_sockets:
            stage = await stack.enter_async_context(SocketStage.opened(url, engine, stripe))
        else:
            stage = await stack.enter_async_context(VirtualStage.opened(engine, stripe, Random(script.seed)))
        yield Day(script, stage, engine, stripe_api)
