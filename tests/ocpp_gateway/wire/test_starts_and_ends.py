"""A transaction's start or end is refused only where nothing tells what it means."""

from typing import Any

import msgspec
import pytest

from domain.charging.quirks import Quirk
from ocpp_gateway.wire.reports import Phase, TransactionReported
from tests.ocpp_gateway.wire.official import VERSIONS
from tests.ocpp_gateway.wire.reading import AT, NOW, both_2x

START = {"connectorId": 1, "idTag": "ALICE", "meterStart": 5, "timestamp": AT}


def heard(
    version: str, action: str, payload: dict[str, Any]
) -> tuple[TransactionReported, tuple[Quirk, ...]]:
    report, quirks = VERSIONS[version].hear_call(action, msgspec.json.encode(payload), NOW)
    assert isinstance(report, TransactionReported)
    return report, quirks


@pytest.mark.parametrize("number", [1732812345678, "abc", 12.5, -(2**40), [7, 8]])
def test_a_stop_whose_number_is_none_of_ours_is_one_without_a_number(number: Any) -> None:
    stop = {"transactionId": number, "meterStop": 1500, "timestamp": AT}
    report, quirks = heard("1.6", "StopTransaction", stop)
    assert (report.phase, report.transaction_id, report.meter_wh) == (Phase.ENDED, None, 1500)
    assert "transactionId" in {quirk.path for quirk in quirks}


@pytest.mark.parametrize("card", ["absent", None, {}, {"idToken": "ALICE"}, ["A", "B"], 1.5, "AL\0ICE", True])
def test_a_start_without_a_card_names_nobody(card: Any) -> None:
    start = {name: value for name, value in START.items() if name != "idTag"}
    report, quirks = heard("1.6", "StartTransaction", start if card == "absent" else start | {"idTag": card})
    assert (report.id_tag, report.names_nobody, report.connector_number) == (None, True, 1)
    assert "idTag" in {quirk.path for quirk in quirks}


@pytest.mark.parametrize("card", [12345678, 12345678.0, "12345678"])
def test_a_card_s_number_is_its_digits(card: Any) -> None:
    report, _ = heard("1.6", "StartTransaction", START | {"idTag": card})
    assert report.id_tag == "12345678"


@pytest.mark.parametrize("wh", ["1.500", "12.345", "1,500"])
def test_a_register_with_thousands_or_a_fraction_is_left_out(wh: str) -> None:
    report, quirks = heard("1.6", "StopTransaction", {"transactionId": 5, "meterStop": wh, "timestamp": AT})
    assert (report.transaction_id, report.meter_wh) == ("5", None)
    assert "meterStop" in {quirk.path for quirk in quirks}


@pytest.mark.parametrize("wh", ["1500.0", "1500.000", "1500.00", 1500.0])
def test_a_register_with_a_fraction_of_nothing_is_read(wh: Any) -> None:
    report, _ = heard("1.6", "StopTransaction", {"transactionId": 5, "meterStop": wh, "timestamp": AT})
    assert report.meter_wh == 1500


@pytest.mark.parametrize("connector", ["absent", None, ""])
def test_a_start_may_leave_its_connector_open(connector: Any) -> None:
    start = {name: value for name, value in START.items() if name != "connectorId"}
    told = start if connector == "absent" else start | {"connectorId": connector}
    report, quirks = heard("1.6", "StartTransaction", told)
    assert (report.id_tag, report.connector_number) == ("ALICE", None)
    assert "connectorId" in {quirk.path for quirk in quirks}


@both_2x
@pytest.mark.parametrize(
    ("kind", "card", "phase", "named"),
    [
        ("Started", "04A1B2", Phase.STARTED, "04A1B2"),
        ("ended", "04A1B2", Phase.ENDED, "04A1B2"),
        ("ended", {"type": "Central"}, Phase.ENDED, None),
        (" ENDED", [1, 2], Phase.ENDED, None),
    ],
)
def test_2x(version: str, kind: str, card: Any, phase: Phase, named: str | None) -> None:
    told = {"eventType": kind, "timestamp": AT, "triggerReason": "Authorized", "seqNo": 1, "idToken": card}
    report, quirks = heard(version, "TransactionEvent", told | {"transactionInfo": {"transactionId": "t1"}})
    assert (report.phase, report.id_tag) == (phase, named)
    assert quirks
