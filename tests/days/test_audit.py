"""Whether an audit sees what is wrong: one day, lived once, and each time it is found otherwise than it was."""

import ast
import inspect
from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import replace
from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import days.audit
import days.fairness
import days.fees_in_trouble
import days.gate_and_workflow
import days.handed
import days.promises
import days.swaps
from chaos.audit.evidence import Evidence, Intent, Line, Seen
from days.audit import violations_of
from days.calendar import VIRTUAL
from days.found import Found, read_found
from days.living import opened
from days.script import ChargerPlan, Deed, DriverPlan, Script, Visit
from days.truth import Answer, Outage, Swapped, Truth, Try
from days.walk_ins import Handed
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason
from domain.settlement.walk_ins import WalkInNews
from simulator.stripe_api.server import RunningStripeApi
from tests.days.test_days import TRUTHS, WRONGS

THREE_VISITS = Script(
    seed=2,
    chargers=(ChargerPlan(version="2.0.1"),),
    drivers=(DriverPlan(), DriverPlan()),
    visits={"paid": Visit(driver=0), "absent": Visit(driver=0), "walk-in": Visit(driver=1)},
    deeds=(
        Deed(minute=1, what="book", who="paid", how={"start": 30, "length": 60, "pays": True}),
        Deed(
            minute=31, what="come", who="paid", how={"to": "own", "starts": "card first", "checks_in": False}
        ),
        Deed(minute=50, what="draw", who="paid", how={"wh": 9000}),
        Deed(minute=80, what="leave", who="paid", how={"ends": "card"}),
        Deed(minute=100, what="book", who="absent", how={"start": 120, "length": 60, "pays": True}),
        Deed(
            minute=200,
            what="come",
            who="walk-in",
            how={"to": "any", "starts": "card first", "checks_in": False},
        ),
        Deed(minute=215, what="draw", who="walk-in", how={"wh": 4000}),
        Deed(minute=220, what="leave", who="walk-in", how={"ends": "card"}),
    ),
    evening=240,
)
BAY = "SITE-1"
WATCHED: tuple[ModuleType, ...] = (
    days.audit,
    days.fairness,
    days.fees_in_trouble,
    days.gate_and_workflow,
    days.handed,
    days.promises,
    days.swaps,
)
Otherwise = Callable[[Found], Found]


def code_of(found: Found, visit: str) -> str:
    return found.day.guests[visit].code


def with_seen(found: Found, visit: str, **changed: Any) -> Found:
    code = code_of(found, visit)
    listed = dict(found.evidence.listed)
    listed[code] = replace(listed[code], seen=replace(listed[code].stands, **changed), followed=None)
    return with_evidence(found, listed=listed)


def with_line(found: Found, visit: str, kind: str, minor: int) -> Found:
    lines = found.evidence.listed[code_of(found, visit)].stands.lines
    return with_seen(found, visit, lines=(*lines, Line(kind=kind, cause="driver", minor=minor)))


def with_evidence(found: Found, **changed: Any) -> Found:
    evidence: Evidence = replace(found.evidence, **changed)
    return replace(found, evidence=evidence)


def still_running(found: Found) -> Found:
    running = {code: replace(one, status="RUNNING") for code, one in found.evidence.running.items()}
    return with_evidence(found, running=running)


def with_authorisation(found: Found) -> Found:
    code = code_of(found, "paid")
    left = Intent(
        id="pi", code=code, status="requires_capture", received=0, capturable=1, refunded=0, captures=0
    )
    return with_evidence(found, intents=(*found.evidence.intents, left))


def with_sessions(found: Found, **changed: Any) -> Found:
    rows = [SimpleNamespace(**(dict(row._mapping) | changed)) for row in found.sessions]
    return replace(found, sessions=rows)


def with_truth(found: Found, change: Callable[[Truth], object]) -> Found:
    truth = deepcopy(found.truth)
    change(truth)
    return replace(found, truth=truth)


def with_heard(found: Found, change: Callable[[list[Handed]], list[Handed]]) -> Found:
    return replace(found, heard=change(list(found.heard)))


def compensated(found: Found) -> Found:
    unfulfilled = with_seen(found, "absent", state=State.UNFULFILLED, lines=())
    return with_line(unfulfilled, "absent", "compensation", -1000)


def came_to_a_dead_bay(found: Found) -> Found:
    def change(truth: Truth) -> None:
        truth.legs = [leg for leg in truth.legs if leg.driver != "driver-1"]
        truth.outages.append(Outage(BAY, 1, at(110), silent=False, ended=at(190)))
        truth.tries.append(Try(visit="absent", charger=BAY, connector=1, at=at(121), own=True))

    return with_truth(found, change)


def away_twice_in_the_grace(found: Found) -> Found:
    """Neither time for all of it."""

    def change(truth: Truth) -> None:
        truth.outages += [
            Outage(BAY, 0, at(since), silent=True, ended=at(until))
            for since, until in ((121, 126), (128, 133))
        ]

    return with_truth(found, change)


def cancelled_while_broken(found: Found) -> Found:
    code = code_of(found, "absent")
    holds = [SimpleNamespace(**dict(hold._mapping)) for hold in found.holds]
    for hold in holds:
        if hold.reservation_code == code:
            hold.release_reason = ReleaseReason.CANCELLED
    outage = Outage(BAY, 1, at(110), silent=False, ended=at(190))
    broken = with_truth(replace(found, holds=holds), lambda truth: truth.outages.append(outage))
    return with_line(broken, "absent", "cancellation", 400)


def at(minute: float) -> datetime:
    return VIRTUAL.instant(minute)


def stood_for_a_moment(found: Found) -> Found:
    paid: Seen = found.evidence.listed[code_of(found, "paid")].stands
    assert paid.end < at(200)
    return with_line(found, "paid", "overstay", 50)


def answered(found: Found, status: str) -> Found:
    answer = Answer(BAY, "Authorize", "CARD0101", status, at(40))
    return with_truth(found, lambda truth: truth.answers.append(answer))


def one_session_a_driver(found: Found) -> Found:
    day = copy(found.day)
    day.policy = replace(day.policy, one_session_a_driver=True)
    return replace(found, day=day)


def another(found: Found, **changed: Any) -> Handed:
    return replace(found.heard[-1], **changed)


def swapped(found: Found, **over: Any) -> Found:
    """The two visits with a reservation, of which neither was ever told of it."""
    mine, theirs = (found.views[code_of(found, visit)] for visit in ("paid", "absent"))
    gives, wants = Slot(mine.slot_start, mine.slot_end), Slot(theirs.slot_start, theirs.slot_end)
    swap = Swapped(giver="paid", taker="absent", gives=gives, wants=wants, held=(wants, gives), done=True)
    return with_truth(found, lambda truth: truth.swaps.append(replace(swap, **over)))


OTHERWISE: dict[str, Otherwise] = {
    "does_not_end": still_running,
    "authorisation_left": with_authorisation,
    "session_of_no_reservation": lambda found: with_sessions(found, reservation_code="NOBODYS"),
    "overstay_although_gone": stood_for_a_moment,
    "no_show_fee_although_charged": lambda found: with_line(
        with_sessions(found, reservation_code=None), "paid", "no_show", 500
    ),
    "no_show_although_charged": lambda found: with_seen(found, "paid", state=State.NO_SHOW),
    "no_show_fee_in_trouble": away_twice_in_the_grace,
    "cancellation_fee_in_trouble": cancelled_while_broken,
    "free_although_theirs": lambda found: with_sessions(found, reservation_code=None),
    "compensation_differs": lambda found: with_line(found, "paid", "compensation", -1000),
    "compensated_for_nothing": compensated,
    "not_made_whole": came_to_a_dead_bay,
    "let_in_and_then_not": lambda found: with_sessions(found, authorised=False),
    "start_refused_although_theirs": lambda found: with_sessions(
        found, authorised=False, refused_for="reserved_for_another"
    ),
    "card_refused_although_theirs": lambda found: answered(found, "Blocked"),
    "concurrent_although_allowed": lambda found: answered(found, "ConcurrentTx"),
    "concurrent_with_nothing": lambda found: answered(
        with_sessions(one_session_a_driver(found), driver_id="driver-2"), "ConcurrentTx"
    ),
    "refused_and_not_stopped": lambda found: with_sessions(found, authorised=False),
    "swap_unheard": swapped,
    "swapped_in_part": lambda found: swapped(found, done=False),
    "walk_in_not_as_it_stands": lambda found: with_heard(found, lambda heard: heard[:-1]),
    "walk_in_other_energy": lambda found: with_truth(
        found, lambda truth: setattr(truth.legs[-1].seen, "meter_wh", truth.legs[-1].seen.meter_wh + 1)
    ),
    "walk_in_of_nobody": lambda found: with_heard(found, lambda heard: [*heard, another(found, session=0)]),
    "walk_in_revisions": lambda found: with_heard(found, lambda heard: [*heard, another(found, revision=7)]),
    "walk_in_told_twice": lambda found: with_heard(found, lambda heard: [*heard, another(found, revision=2)]),
    "walk_in_taken_back_before_told": lambda found: with_heard(
        found, lambda heard: [another(found, kind=WalkInNews.WITHDRAWN, told={"reason": "runs"})]
    ),
}
"""How the day must be found for an audit to say so."""


async def test_an_audit_sees_what_was_otherwise(database_url: str, stripe_api: RunningStripeApi) -> None:
    async with opened(THREE_VISITS, database_url, stripe_api) as day:
        await day.live()
        found = await read_found(day)
        assert violations_of(found) == []
        seen = {
            kind: {violation.what for violation in violations_of(change(found))}
            for kind, change in OTHERWISE.items()
        }
    assert {kind: kinds for kind, kinds in seen.items() if kind not in kinds} == {}


def test_for_everything_that_an_audit_can_say_there_is_a_day_that_makes_it_say_so() -> None:
    assert {kind for module in WATCHED for kind in said_by(module)} == OTHERWISE.keys() | (
        (WRONGS.keys() | TRUTHS.keys()) - OF_THE_CHAOS
    )


OF_THE_CHAOS = {"closing_differs", "payment_differs"}
"""What its part of the audit says; it has tests of its own."""


def said_by(module: ModuleType) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))
    names = (node.args[0] for node in calls if isinstance(node.func, ast.Name) and node.func.id == "wrong")
    return {name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)}
