"""Readiness is bounded, shared by those who ask at once, and tells no secret and no reason of a server."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
import structlog

from runtime.readiness.findings import (
    DATABASE_UNREACHABLE,
    PAYMENTS_UNREACHABLE,
    TEMPORAL_UNREACHABLE,
    Finding,
)
from runtime.readiness.readiness import Check, Need, Readiness
from runtime.readiness.waiting import Outages, unless_stopped, wait_for


class Counting:
    """A check that counts how often it is asked, and finds what is in `found`."""

    def __init__(self, *found: Finding) -> None:
        self.asked = 0
        self.found: Sequence[Finding] = found

    async def __call__(self) -> Sequence[Finding]:
        self.asked += 1
        await asyncio.sleep(0)
        return self.found


def need(check: Check, *, patience_s: float = 4.0, kept_s: float = 2.0) -> Need:
    return Need(
        name="database", check=check, silent=DATABASE_UNREACHABLE, patience_s=patience_s, kept_s=kept_s
    )


async def test_those_who_ask_at_once_share_one_answer() -> None:
    check = Counting()
    readiness = Readiness([need(check, kept_s=60)])
    reports = await asyncio.gather(*(readiness.report() for _ in range(20)))
    assert all(report.ready for report in reports)
    assert check.asked == 1


async def test_a_check_that_never_answers_or_breaks_is_what_its_silence_means() -> None:
    async def never() -> Sequence[Finding]:
        await asyncio.Event().wait()
        return []

    async def broken() -> Sequence[Finding]:
        raise ZeroDivisionError

    for check in (never, broken):
        report = await Readiness([need(check, patience_s=0.05)]).report()
        assert report.missing == (DATABASE_UNREACHABLE,)


async def test_what_a_process_can_do_without_does_not_take_it_out_of_service() -> None:
    optional = Need(
        name="temporal", check=Counting(TEMPORAL_UNREACHABLE), silent=TEMPORAL_UNREACHABLE, optional=True
    )
    report = await Readiness([optional, need(Counting(PAYMENTS_UNREACHABLE))]).report()
    assert report.ready
    document = report.document()
    assert document["status"] == "ready"
    assert [one["code"] for one in document["degraded"]] == ["temporal_unreachable", "payments_unreachable"]


async def test_a_servers_own_words_are_for_the_log_only() -> None:
    found = replace(DATABASE_UNREACHABLE, reason="FATAL: told to nobody")
    report = await Readiness([need(Counting(found))]).report()
    assert "FATAL" not in str(report.document())


async def test_an_outage_is_one_line_when_it_begins_and_one_when_it_ends() -> None:
    check = Counting(DATABASE_UNREACHABLE)
    readiness, outages = Readiness([need(check, kept_s=0.0)]), Outages()
    with structlog.testing.capture_logs() as logs:
        waiting = asyncio.create_task(wait_for(readiness, ("database",), outages))
        while check.asked < 3:  # noqa: ASYNC110 - it is asked again and again
            await asyncio.sleep(0.01)
        check.found = ()
        await waiting
    assert [(entry["event"], entry["code"]) for entry in logs] == [
        ("missing", "database_unreachable"),
        ("no_longer_missing", "database_unreachable"),
    ]
    assert logs[0]["mend"] == DATABASE_UNREACHABLE.mend


async def test_waiting_ends_at_once_when_it_is_stopped_and_work_raises_as_it_does() -> None:
    stop = asyncio.Event()
    readiness = Readiness([need(Counting(DATABASE_UNREACHABLE))])
    waiting = asyncio.create_task(unless_stopped(stop, wait_for(readiness, ("database",), Outages())))
    await asyncio.sleep(0)
    stop.set()
    assert await waiting is False

    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await unless_stopped(asyncio.Event(), broken())
