"""Ten random days, and whether an audit would see what is wrong with one."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import text

from days.audit import audit
from days.calendar import VIRTUAL
from days.chance import script_of
from days.day import Day
from days.living import lived, opened
from days.script import ChargerPlan, Deed, DriverPlan, Script, Value, Visit
from simulator.stripe_api.server import RunningStripeApi


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", range(1, 11))
async def test_a_random_day_is_as_it_must_be(
    seed: int, database_url: str, stripe_api: RunningStripeApi
) -> None:
    outcome = await lived(script_of(seed), database_url, stripe_api)
    assert not outcome.violations, "\n".join([*map(str, outcome.violations), *outcome.story])
    assert outcome.events > 50


AN_ORDINARY_DAY = Script(
    seed=1,
    chargers=(ChargerPlan(version="1.6"),),
    drivers=(DriverPlan(),),
    visits={"v1": Visit(driver=0), "v2": Visit(driver=0)},
    deeds=(
        Deed(minute=1, what="book", who="v1", how={"start": 30, "length": 60, "pays": True}),
        Deed(minute=31, what="come", who="v1", how={"to": "own", "starts": "card first", "checks_in": False}),
        Deed(minute=50, what="draw", who="v1", how={"wh": 9000}),
        Deed(minute=80, what="leave", who="v1", how={"ends": "card"}),
        Deed(minute=100, what="book", who="v2", how={"start": 120, "length": 60, "pays": True}),
    ),
    evening=190,
)
"""One visit, and one no-show."""


def _stay(who: str, start: float, end: float) -> tuple[Deed, ...]:
    how: dict[str, Value] = {"to": "own", "starts": "card first", "checks_in": False}
    return (
        Deed(minute=start + 1, what="come", who=who, how=how),
        Deed(minute=start + 20, what="draw", who=who, how={"wh": 9000}),
        Deed(minute=end - 5, what="leave", who=who, how={"ends": "card"}),
    )


A_DAY_WITH_A_SWAP = Script(
    seed=3,
    chargers=(ChargerPlan(version="1.6"),),
    drivers=(DriverPlan(), DriverPlan()),
    visits={"v1": Visit(driver=0), "v2": Visit(driver=1)},
    deeds=(
        Deed(minute=1, what="book", who="v1", how={"start": 90, "length": 30, "pays": True}),
        Deed(minute=1, what="book", who="v2", how={"start": 180, "length": 60, "pays": True}),
        Deed(minute=10, what="swap", who="v1", how={"other": "v2"}),
        *_stay("v1", 90, 120),
        *_stay("v2", 180, 240),
    ),
    evening=260,
)


@pytest.mark.parametrize("relay_stands_still_s", [0.0, 120 * 60.0])
async def test_two_swap_and_each_charges_in_what_was_the_others_slot(
    database_url: str, stripe_api: RunningStripeApi, relay_stands_still_s: float
) -> None:
    """Also when who offered hears of it only after the slot that they gave."""
    slow = Deed(minute=9, what="slow_relay", who="c1", how={"seconds": relay_stands_still_s})
    script = A_DAY_WITH_A_SWAP.with_deeds((slow, *A_DAY_WITH_A_SWAP.deeds))
    async with opened(script, database_url, stripe_api) as day:
        await day.live()
        assert await audit(day) == []
        (swap,) = day.truth.swaps
        assert (swap.done, swap.held) == (True, (swap.wants, swap.gives))
        charged = [(leg.driver, leg.wh) for leg in day.truth.legs]
        assert charged == [("driver-2", 9000), ("driver-1", 9000)]


WRONGS = {
    "not_recorded": "DELETE FROM sessions",
    "other_energy": "UPDATE sessions SET meter_last_wh = meter_last_wh + 1",
    "energy_not_priced_once": "UPDATE sessions SET reservation_code = NULL",
    "nobody_charged": "UPDATE sessions SET transaction_id = 'another', started_at = started_at + interval '1 h'",
    "session_runs_on": "UPDATE sessions SET ended_at = NULL",
    "refused_and_priced": "UPDATE sessions SET authorised = false",
    "undelivered": "UPDATE outbox SET delivered_at = NULL",
    "hold_left": "UPDATE holds SET released_at = NULL WHERE id = (SELECT max(id) FROM holds)",
    "closing_differs": "UPDATE reservations SET closed_at = NULL",
    "payment_differs": "UPDATE payments SET captured_minor = captured_minor + 1",
}
"""What an audit must see, and what brings it about behind everybody's back."""


async def test_an_audit_sees_what_is_wrong(database_url: str, stripe_api: RunningStripeApi) -> None:
    async with _lived(database_url, stripe_api) as day:
        await day.live()
        assert await audit(day) == []
        seen = {}
        for kind, tampering in WRONGS.items():
            async with _tampered(day, tampering):
                seen[kind] = {violation.what for violation in await audit(day)}
        assert await audit(day) == []
    assert {kind: kinds for kind, kinds in seen.items() if kind not in kinds} == {}


@asynccontextmanager
async def _tampered(day: Day, tampering: str) -> AsyncIterator[None]:
    """And taken back afterwards."""
    words = tampering.split()
    table = words[1] if words[0] == "UPDATE" else words[2]
    await _behind_everybodys_back(day, f"CREATE TABLE kept AS TABLE {table}", tampering)
    yield
    back = (f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM kept", "DROP TABLE kept")
    await _behind_everybodys_back(day, *back)


async def _behind_everybodys_back(day: Day, *statements: str) -> None:
    async with day.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement))


TRUTHS: dict[str, Callable[[Day], None]] = {
    "refused_at_own_bay": lambda day: day.truth.refusals.append(
        (day.guests["v1"].code, "SITE-1", 1, VIRTUAL.instant(35), "LOCKED")
    ),
    "minutes_nobody_charged": lambda day: setattr(day.truth.legs[0], "began", VIRTUAL.instant(75)),
}
"""What an audit must see if the truth had been another one."""


@pytest.mark.parametrize("kind", TRUTHS)
async def test_an_audit_sees_what_really_happened(
    kind: str, database_url: str, stripe_api: RunningStripeApi
) -> None:
    async with _lived(database_url, stripe_api) as day:
        await day.live()
        TRUTHS[kind](day)
        assert kind in {violation.what for violation in await audit(day)}


async def test_a_leg_of_theirs_that_no_bill_has_is_seen(
    database_url: str, stripe_api: RunningStripeApi
) -> None:
    async with _lived(database_url, stripe_api) as day:
        await day.live()
        async with day.engine.begin() as connection:
            await connection.execute(text("UPDATE sessions SET reservation_code = NULL"))
        assert "free_although_theirs" in {violation.what for violation in await audit(day)}


async def test_a_worker_that_dies_after_each_task_changes_nothing(
    database_url: str, stripe_api: RunningStripeApi
) -> None:
    deeds = (Deed(minute=0, what="lose_tasks", who="c1", how={"times": 10_000}), *AN_ORDINARY_DAY.deeds)
    outcome = await lived(AN_ORDINARY_DAY.with_deeds(deeds), database_url, stripe_api)
    assert not outcome.violations, "\n".join([*map(str, outcome.violations), *outcome.story])


@pytest.mark.timeout(240)
async def test_the_same_day_over_sockets(database_url: str, stripe_api: RunningStripeApi) -> None:
    deeds = (
        Deed(minute=0.5, what="provider_slow", who="c1", how={"seconds": 300.0}),
        *AN_ORDINARY_DAY.deeds,
        Deed(minute=30.5, what="slow_relay", who="c1", how={"seconds": 120.0}),
        Deed(minute=79.5, what="slow_relay", who="c1", how={"seconds": 300.0}),
    )
    day = AN_ORDINARY_DAY.with_deeds(tuple(sorted(deeds, key=lambda deed: deed.minute)))
    outcome = await lived(day, database_url, stripe_api, over_sockets=True)
    assert not outcome.violations, "\n".join([*map(str, outcome.violations), *outcome.story])


async def test_a_no_show_fee_for_who_charged_is_seen(database_url: str, stripe_api: RunningStripeApi) -> None:
    async with _lived(database_url, stripe_api) as day:
        await day.live()
        async with day.engine.begin() as connection:
            await connection.execute(text("UPDATE sessions SET reservation_code = NULL"))
        day.truth.legs[0].began = VIRTUAL.instant(125)  # within the slot of the visit that was a no-show
        kinds = {violation.what for violation in await audit(day)}
    assert "no_show_fee_although_charged" in kinds


def _lived(database_url: str, stripe_api: RunningStripeApi) -> AbstractAsyncContextManager[Day]:
    return opened(AN_ORDINARY_DAY, database_url, stripe_api)
