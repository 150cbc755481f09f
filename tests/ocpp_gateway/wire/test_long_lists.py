"""A flaw in a message with a whole day's readings costs neither the message nor a Wh; the work for it is bounded."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.quirks import Quirk, QuirkKind
from domain.charging.readings import Context
from ocpp_gateway.wire.long_lists import thinned
from ocpp_gateway.wire.problems import OcppProblem
from ocpp_gateway.wire.reports import Phase, TransactionReported
from ocpp_gateway.wire.skimming import ORDINARY as LARGEST_MESSAGE
from tests.ocpp_gateway.wire.official import VERSIONS
from tests.ocpp_gateway.wire.test_reading import NOW

REGISTER = "Energy.Active.Import.Register"
FIRST, EACH = 10_000, 25
VERSION = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


def entry(version: str, at: datetime, wh: int, context: str, measurand: str = REGISTER) -> dict[str, Any]:
    sample: dict[str, Any] = {"context": context, "measurand": measurand}
    if version == "1.6":
        sample |= {"value": str(wh), "unit": "Wh"}
    else:
        sample |= {"value": wh, "unitOfMeasure": {"unit": "Wh"}}
    return {"timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "sampledValue": [sample]}


def entries(version: str, count: int, *, marked: bool = False) -> list[dict[str, Any]]:
    """One a minute, the last at NOW."""
    contexts = ["Sample.Periodic"] * count
    if marked:
        contexts[0], contexts[-1] = "Transaction.Begin", "Transaction.End"
    begin = NOW - timedelta(minutes=count - 1)
    return [entry(version, begin + timedelta(minutes=n), FIRST + EACH * n, contexts[n]) for n in range(count)]


def ended(version: str, values: Any, **over: Any) -> tuple[str, bytes]:
    """The end of a transaction, in which a token is a character too long."""
    at, token = NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "A" * (21 if version == "1.6" else 300)
    if version == "1.6":
        message = {"transactionId": 7, "idTag": token, "meterStop": 99_999, "timestamp": at}
        return "StopTransaction", compact(message | {"transactionData": values} | over)
    message = {
        "eventType": "Ended",
        "timestamp": at,
        "triggerReason": "StopAuthorized",
        "seqNo": 9,
        "transactionInfo": {"transactionId": "T7"},
        "idToken": {"idToken": token, "type": "ISO14443"},
    }
    return "TransactionEvent", compact(message | {"meterValue": values} | over)


def compact(message: Any) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def heard(version: str, action: str, payload: bytes) -> tuple[TransactionReported, tuple[Quirk, ...]]:
    assert len(payload) <= LARGEST_MESSAGE
    report, quirks = VERSIONS[version].hear_call(action, payload, NOW)
    assert isinstance(report, TransactionReported)
    return report, quirks


@VERSION
@pytest.mark.parametrize("count", [480, 1500])
@pytest.mark.parametrize("marked", [True, False])
def test_a_days_readings_with_a_flaw_are_an_end_with_its_energy(
    version: str, count: int, marked: bool
) -> None:
    action, payload = ended(version, entries(version, count, marked=marked))
    assert len(payload) > 64 * 1024
    report, quirks = heard(version, action, payload)
    last = FIRST + EACH * (count - 1)
    assert report.phase is Phase.ENDED
    assert report.meter_wh == (99_999 if version == "1.6" else last)
    told = {(one.at, one.wh): one.context for one in report.readings}
    assert (NOW - timedelta(minutes=count - 1), FIRST) in told
    assert told.keys() >= {(NOW, last)}
    if marked or version != "1.6":
        ends = [one.wh for one in report.readings if one.context is Context.END]
        assert last in ends
    if marked:
        assert told[NOW - timedelta(minutes=count - 1), FIRST] is Context.BEGIN
    field = "transactionData" if version == "1.6" else "meterValue"
    assert any((one.path, one.kind, one.example) == (field, QuirkKind.TOO_LONG, str(count)) for one in quirks)


@VERSION
def test_readings_between_are_from_the_whole_time(version: str) -> None:
    report, _ = heard(version, *ended(version, entries(version, 1440)))
    times = sorted(one.at for one in report.readings)
    assert max(later - before for before, later in pairwise(times)) < timedelta(hours=1)


@VERSION
def test_of_entries_that_take_turns_those_with_the_register_are_kept(version: str) -> None:
    values: list[Any] = []
    for n, one in enumerate(entries(version, 300)):
        power = entry(version, NOW - timedelta(minutes=299 - n), 7000, "Sample.Periodic", "Voltage")
        values += [one, power, {"sampledValue": []}, None]
    report, _ = heard(version, *ended(version, values, offline="TRUE"))
    assert {FIRST, FIRST + EACH * 299} <= {one.wh for one in report.readings}


@VERSION
def test_an_unflawed_end_with_many_readings_ends_with_the_last_of_them(version: str) -> None:
    over = {"idTag": "ALICE"} if version == "1.6" else {"idToken": {"idToken": "ALICE", "type": "ISO14443"}}
    report, quirks = heard(version, *ended(version, entries(version, 480), **over))
    assert not quirks
    last = FIRST + EACH * 479
    assert report.meter_wh == (99_999 if version == "1.6" else last)
    assert [one.wh for one in report.readings if one.context is Context.END] == [report.meter_wh]


@VERSION
@pytest.mark.parametrize("item", [{}, [], None, 0, "x", {"sampledValue": [{}, {"value": "9" * 30}]}])
def test_as_much_nonsense_as_a_frame_holds_still_ends_it(version: str, item: Any) -> None:
    values = [item] * ((LARGEST_MESSAGE - 1024) // (len(compact(item)) + 1))
    report, _ = heard(version, *ended(version, values))
    assert report.phase is Phase.ENDED


@VERSION
def test_what_is_too_long_for_other_reasons_is_refused(version: str) -> None:
    with pytest.raises(OcppProblem):
        heard(version, *ended(version, entries(version, 10), customData={"vendorId": "x" * 100_000}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
    max_leaves=20,
)
ENTRIES = st.lists(JSON | st.builds(lambda wh: entry("1.6", NOW, wh, "Transaction.End"), st.integers()))


@given(st.sampled_from(["meterValue", "TransactionData", "other"]), ENTRIES, JSON, st.integers(0, 2000))
def test_what_is_thinned_is_bounded_and_in_order(field: str, values: Any, other: Any, largest: int) -> None:
    for message in ({field: values, "x": other}, [{field: values}], other):
        found = thinned(message, largest)
        if found is None:
            continue
        assert len(msgspec.json.encode(found[0])) <= largest
        left = iter(values)
        assert all(any(one == kept for one in left) for kept in found[0].get(field, []))
