"""What is known of a charger: behaviour wins over words, words over nothing, and no promise exceeds it."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.capabilities import (
    KEPT_AFTER,
    LOSES_HOLDS,
    CapabilityRecord,
    Findings,
    SeenHold,
    after_probe,
    after_reserve_now,
    after_sight,
    counts_as_lost,
    is_missing,
    lost_a_hold,
    merged,
    of_device,
    promise,
    taught,
)
from domain.charging.commands import CommandOutcome as Outcome
from domain.charging.connector import ConnectorStatus as Status
from domain.charging.enforcement import EnforcementLevel as Level
from tests.domain.builders import at

FLAGS = (
    "reserve_now",
    "connector_zero",
    "reports_reserved",
    "honours_holds",
    "may_start_offline",
    "starts_unasked",
    "stops_refused",
)
maybe = st.sampled_from([True, False, None])
points = st.lists(st.sampled_from(["EVConnected", "Authorized", "PowerPathClosed"]), unique=True).map(tuple)


@st.composite
def records(draw: st.DrawFn) -> CapabilityRecord:
    flags = {name: draw(maybe) for name in FLAGS}
    known = [name for name, value in flags.items() if value is not None]
    return CapabilityRecord(
        **flags,
        unknown_questions=draw(st.frozensets(st.sampled_from(["GetTransactionStatus", "MeterValues"]))),
        losing_streak=draw(st.integers(0, 5)),
        tx_start_points=draw(points),
        tx_stop_points=draw(points),
        learned=frozenset(draw(st.sets(st.sampled_from(known)) if known else st.just(set()))),
        probed_at=draw(st.sampled_from([None, at(0), at(7)])),
        firmware=draw(st.sampled_from(["", "1.0", "2.0"])),
        hardware=draw(st.sampled_from(["", "Acme One"])),
    )


findings = st.builds(
    Findings,
    reserve_now=maybe,
    connector_zero=maybe,
    may_start_offline=maybe,
    starts_unasked=maybe,
    stops_refused=maybe,
    tx_start_points=points,
    tx_stop_points=points,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
STRENGTH = [Level.SOFT, Level.BACKEND, Level.HARD]


# --- the document ------------------------------------------------------------------------------------------


@given(records())
def test_a_record_survives_its_document(record: CapabilityRecord) -> None:
    assert CapabilityRecord.from_document(record.to_document()) == record


@given(
    st.dictionaries(
        st.sampled_from([field.name for field in fields(CapabilityRecord)]) | st.text(max_size=5),
        json_values,
        max_size=8,
    )
)
def test_any_document_can_be_read(document: dict[str, Any]) -> None:
    record = CapabilityRecord.from_document(document)
    assert CapabilityRecord.from_document(record.to_document()) == record
    assert record.reserve_now in (None, document.get("reserve_now"))


@given(records())
def test_what_others_keep_beside_the_record_stays(record: CapabilityRecord) -> None:
    stored = {"reserve_now": not record.reserve_now, "firmware": "old", "noted by somebody": 7}
    assert merged(stored, record) == {"noted by somebody": 7} | record.to_document()


def test_a_bare_reserve_now_was_learned() -> None:
    old = CapabilityRecord.from_document({"reserve_now": False})
    assert (
        after_probe(old, Findings(reserve_now=True), at=at(0), firmware="", hardware="").reserve_now is False
    )


# --- probing -----------------------------------------------------------------------------------------------


@given(records(), findings)
def test_a_probe_fills_what_behaviour_has_not_taught(record: CapabilityRecord, said: Findings) -> None:
    after = after_probe(record, said, at=at(9), firmware=record.firmware, hardware=record.hardware)
    assert after.probed_at == at(9)
    assert after.learned == record.learned
    for field in fields(Findings):
        was, told, now = (getattr(thing, field.name) for thing in (record, said, after))
        silent = told in (None, ()) or field.name in record.learned
        assert now == (was if silent else told)


@given(records(), findings)
def test_a_probe_repeated_changes_nothing_more(record: CapabilityRecord, said: Findings) -> None:
    once = after_probe(record, said, at=at(9), firmware="1.0", hardware="")
    assert after_probe(once, said, at=at(9), firmware="1.0", hardware="") == once


@given(records())
def test_another_firmware_or_box_is_found_out_anew(record: CapabilityRecord) -> None:
    known = replace(record, firmware="1.0", hardware="Acme One")
    assert of_device(known, "3.0", "") == CapabilityRecord(firmware="3.0", hardware="Acme One")
    assert of_device(known, "1.0", "Acme Two") == CapabilityRecord(firmware="1.0", hardware="Acme Two")
    assert of_device(known, "", "") == known
    told = replace(record, firmware="3.0", hardware="Acme One")
    assert of_device(replace(record, firmware="", hardware=""), "3.0", "Acme One") == told


# --- learning ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "number", "expected"),
    [
        (Outcome.ACCEPTED, 1, {"reserve_now": True}),
        (Outcome.OCCUPIED, 1, {"reserve_now": True}),
        (Outcome.NOT_SUPPORTED, 1, {"reserve_now": False}),
        (Outcome.REJECTED, 1, {}),
        (Outcome.FAULTED, 1, {}),
        (Outcome.NO_RESPONSE, 1, {}),
        (Outcome.NOT_CONNECTED, 1, {}),
        (Outcome.ACCEPTED, 0, {"reserve_now": True, "connector_zero": True}),
        (Outcome.OCCUPIED, 0, {"reserve_now": True}),
        (Outcome.REJECTED, 0, {"connector_zero": False}),
        (Outcome.NOT_SUPPORTED, 0, {"connector_zero": False}),
        (Outcome.NO_RESPONSE, 0, {}),
    ],
)
def test_answers_to_reserve_now_teach(outcome: Outcome, number: int, expected: dict[str, bool]) -> None:
    after = after_reserve_now(CapabilityRecord(), outcome, connector_number=number)
    assert after == taught(CapabilityRecord(), **expected)


@given(records(), st.sampled_from(Outcome), st.integers(0, 3), findings)
def test_what_an_answer_taught_no_probe_takes_back(
    record: CapabilityRecord, outcome: Outcome, number: int, said: Findings
) -> None:
    after = after_reserve_now(record, outcome, connector_number=number)
    probed = after_probe(after, said, at=at(9), firmware=after.firmware, hardware=after.hardware)
    for name in after.learned:
        assert getattr(probed, name) == getattr(after, name)


# --- what it shows ----------------------------------------------------------------------------------------


def make_seen(**over: Any) -> SeenHold:
    """A hold that was accepted, is shown, and whose driver is awaited."""
    values: dict[str, Any] = {
        "status": Status.RESERVED,
        "locked_at": at(-5),
        "accepted": True,
        "awaited": True,
        "settled": True,
        "stranger_began": False,
    }
    return SeenHold(**(values | over))


sights = st.builds(
    SeenHold,
    status=st.sampled_from(Status),
    locked_at=st.sampled_from([None, at(-15), at(-5)]),
    accepted=st.booleans(),
    awaited=st.booleans(),
    settled=st.booleans(),
    stranger_began=st.booleans(),
)


@given(records(), sights)
def test_a_sight_teaches_once(record: CapabilityRecord, seen: SeenHold) -> None:
    once = after_sight(record, seen, at(0))
    assert after_sight(once, seen, at(0)) == once
    changed = {name for name in FLAGS if getattr(once, name) != getattr(record, name)}
    assert changed <= {"reports_reserved", "honours_holds"} & once.learned


@given(records(), sights)
def test_a_hold_is_missing_only_where_holds_are_shown(record: CapabilityRecord, seen: SeenHold) -> None:
    after = after_sight(record, seen, at(0))
    available = seen.status is Status.AVAILABLE and seen.awaited and seen.settled
    assert is_missing(after, seen) == (available and record.reports_reserved is True)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, {"reports_reserved": True}),
        ({"settled": False, "accepted": False}, {"reports_reserved": True}),
        ({"status": Status.AVAILABLE}, {"reports_reserved": False}),
        ({"status": Status.AVAILABLE, "settled": False}, {}),
        ({"status": Status.AVAILABLE, "accepted": False}, {}),
        ({"status": Status.AVAILABLE, "awaited": False}, {}),
        ({"status": Status.CHARGING, "stranger_began": True}, {"honours_holds": False}),
        ({"status": Status.CHARGING, "stranger_began": True, "accepted": False}, {}),
    ],
)
def test_what_a_connector_shows_teaches(over: dict[str, Any], expected: dict[str, bool]) -> None:
    assert after_sight(CapabilityRecord(), make_seen(**over), at(0)) == taught(CapabilityRecord(), **expected)


@given(st.integers(0, 10))
def test_a_hold_counts_once(times: int) -> None:
    assert [n for n in range(times + 1) if counts_as_lost(n)] == ([1] if times else [])


# --- the promise -------------------------------------------------------------------------------------------


@given(records())
def test_a_hold_never_weakens_the_promise_and_without_one_it_is_never_hard(record: CapabilityRecord) -> None:
    held, bare = promise(record, held=True), promise(record, held=False)
    assert STRENGTH.index(held) >= STRENGTH.index(bare)
    assert bare is not Level.HARD


@given(records(), st.booleans())
def test_bad_behaviour_never_raises_the_promise(record: CapabilityRecord, held: bool) -> None:
    before = STRENGTH.index(promise(record, held=held))
    for worse in (lost_a_hold(record), taught(record, honours_holds=False)):
        assert STRENGTH.index(promise(worse, held=held)) <= before


def test_an_unknown_charger_is_promised_what_its_answer_warrants() -> None:
    assert promise(CapabilityRecord(), held=True) is Level.HARD
    assert promise(CapabilityRecord(), held=False) is Level.BACKEND


def test_losing_holds_in_a_row_costs_the_hard_promise_until_one_stands() -> None:
    record = CapabilityRecord(reserve_now=True)
    for _ in range(LOSES_HOLDS):
        assert promise(record, held=True) is Level.HARD
        record = lost_a_hold(record)
    assert promise(record, held=True) is Level.BACKEND
    young, old = make_seen(locked_at=at(0)), make_seen(locked_at=at(-1))
    now = at(0) + KEPT_AFTER - timedelta(seconds=1)
    assert promise(after_sight(record, young, now), held=True) is Level.BACKEND
    assert promise(after_sight(record, old, now), held=True) is Level.HARD


@pytest.mark.parametrize(
    ("facts", "held", "level"),
    [
        ({"honours_holds": False}, True, Level.SOFT),
        ({"starts_unasked": True}, True, Level.HARD),
        ({"starts_unasked": True}, False, Level.SOFT),
        ({"starts_unasked": True, "stops_refused": False}, False, Level.SOFT),
        ({"starts_unasked": True, "stops_refused": True}, False, Level.BACKEND),
        ({"may_start_offline": True}, False, Level.BACKEND),
    ],
)
def test_what_it_does_without_asking_limits_the_promise(
    facts: dict[str, Any], held: bool, level: Level
) -> None:
    assert promise(CapabilityRecord(**facts), held=held) is level
