"""Settles each kind of end, one at a time and ten at a time, beside the least that any of them could do."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select, text

from activities.money.stripe_gateway import StripeGateway
from bench.figures import milliseconds, quantile
from bench.ground import TEMPLATE, Say, planted, provider
from bench.money.stories import Settling, Stories, Story
from bench.place import deposit_site
from bench.report import surroundings
from bench.statements import StatementWatch
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Charger, Connector
from runtime.embedded.postgres import EmbeddedPostgres
from simulator.stripe_api.control_client import StripeApiControl

BARE = "one call and one commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`settlements`: of each kind, how many at a time → so many a round."""

    rounds: int
    settlements: dict[int, int]


FULL = Sizes(rounds=5, settlements={1: 20, 10: 60})
QUICK = Sizes(rounds=2, settlements={1: 10, 10: 20})
SMOKE = Sizes(rounds=1, settlements={2: 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    sessions: Sessions
    stripe: StripeGateway
    control: StripeApiControl
    watch: StatementWatch
    stories: Stories


async def run(sizes: Sizes, say: Say) -> dict[str, Any]:
    """All figures, ready for JSON."""
    began = time.monotonic()
    async with _opened(say) as ground:
        contenders = (Story(name=BARE, before=_bare(ground)), *ground.stories.all())
        say("counting what each of them asks")
        asked = {story.name: await _asked(ground, story) for story in contenders}
        taken = {
            str(at_once): await _compare(contenders, at_once, number, sizes.rounds, say)
            for at_once, number in sizes.settlements.items()
        }
        say("stopping")
    about = surroundings(quick=sizes == QUICK, seconds=time.monotonic() - began)
    return {"about": about, "asked": asked, "settlements": taken}


@asynccontextmanager
async def _opened(say: Say) -> AsyncIterator[_Ground]:
    say("starting Postgres and the Stripe stand-in")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slotkeeper-bench-")))
        postgres = EmbeddedPostgres(durable=True)
        await stack.enter_async_context(postgres)
        stripe, address = await provider(stack, folder)
        control = StripeApiControl(address)
        stack.push_async_callback(control.aclose)
        await planted(postgres)
        engine = create_engine(await postgres.create_database("money", template=TEMPLATE))
        stack.push_async_callback(engine.dispose)
        sessions = create_sessions(engine)
        async with sessions() as session:
            at_site = select(Connector.id).join(Charger, Charger.id == Connector.charger_id)
            connector = await session.scalar(at_site.where(Charger.site_id == deposit_site(0)).limit(1))
        if connector is None:
            raise LookupError(f"{deposit_site(0)} has no connector")
        yield _Ground(
            sessions=sessions,
            stripe=stripe,
            control=control,
            watch=StatementWatch(engine),
            stories=Stories(sessions, stripe, connector),
        )


def _bare(ground: _Ground) -> Callable[[], Awaitable[Settling]]:
    async def ask() -> None:
        await ground.stripe.use_key()
        async with ground.sessions.begin() as session:
            await session.execute(text("SELECT 1"))

    async def before() -> Settling:
        return ask

    return before


async def _asked(ground: _Ground, story: Story) -> dict[str, Any]:
    """What one settlement, made alone, asks of the provider and of Postgres."""
    settling = await story.before()
    before = await ground.control.calls()
    ground.watch.count_anew()
    await settling()
    after = await ground.control.calls()
    seen = ground.watch.by_activity.values()
    calls = {route: n - before.get(route, 0) for route, n in after.items() if n > before.get(route, 0)}
    return {
        "provider_calls": sum(calls.values()),
        "by_route": calls,
        "statements": sum(asked.statements for asked in seen),
        "round_trips": sum(asked.round_trips for asked in seen),
    }


async def _compare(
    contenders: tuple[Story, ...], at_once: int, number: int, rounds: int, say: Say
) -> dict[str, Any]:
    seconds: dict[str, list[list[float]]] = {story.name: [] for story in contenders}
    rates: dict[str, list[float]] = {story.name: [] for story in contenders}
    for round_ in range(rounds):
        say(f"{at_once} at a time, round {round_ + 1} of {rounds}")
        for story in contenders if round_ % 2 == 0 else reversed(contenders):
            work = [await story.before() for _ in range(number)]
            latencies, rate = await _burst(work, at_once)
            seconds[story.name].append(latencies)
            rates[story.name].append(rate)
    yardstick = [quantile(latencies, 0.5) for latencies in seconds[BARE]]
    return {name: _figures(seconds[name], rates[name], yardstick) for name in seconds}


async def _burst(work: list[Settling], at_once: int) -> tuple[list[float], float]:
    """Seconds of each, and how many a second."""
    left = iter(work)
    latencies: list[float] = []

    async def settler() -> None:
        for settling in left:
            began = time.perf_counter()
            await settling()
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(settler() for _ in range(at_once)))
    return latencies, len(work) / (time.perf_counter() - began)


def _figures(rounds: list[list[float]], rates: list[float], yardstick: list[float]) -> dict[str, Any]:
    p50 = [quantile(latencies, 0.5) for latencies in rounds]
    return {
        "settlements": sum(len(latencies) for latencies in rounds),
        "p50_ms": milliseconds(median(p50)),
        "p99_ms": milliseconds(quantile([one for latencies in rounds for one in latencies], 0.99)),
        "per_second": round(median(rates), 1),
        "p50_ratio": round(median(a / b for a, b in zip(p50, yardstick, strict=True)), 2),
    }
