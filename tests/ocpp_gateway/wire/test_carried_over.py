"""What firmware writes as in the other protocol family, and names of versions that are spelled in other ways."""

import json
from datetime import timedelta
from typing import Any

import pytest

from ocpp_gateway.wire.problems import OcppProblem
from ocpp_gateway.wire.reports import Booted, MeterReported
from ocpp_gateway.wire.subprotocols import selected
from tests.ocpp_gateway.wire.official import VERSIONS
from tests.ocpp_gateway.wire.reading import NOW

SPOKEN = ("ocpp2.1", "ocpp2.0.1", "ocpp1.6")
OF_1_6 = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.2"}
OF_2X = {"chargingStation": {"vendorName": "V", "model": "M", "firmwareVersion": "1.2"}, "reason": "PowerUp"}


@pytest.mark.parametrize(("version", "told"), [("1.6", OF_2X), ("2.0.1", OF_1_6), ("2.1", OF_1_6)])
def test_a_boot_in_the_other_family_s_words_tells_its_model(version: str, told: dict[str, Any]) -> None:
    report, quirks = VERSIONS[version].hear_call("BootNotification", json.dumps(told).encode(), NOW)
    assert isinstance(report, Booted)
    assert (report.vendor, report.model, report.firmware) == ("V", "M", "1.2")
    assert "wrong_word" in {quirk.kind.value for quirk in quirks}


def meter(**fields: Any) -> bytes:
    value = {"timestamp": NOW.isoformat(), "sampledValue": [{"value": "5"}]}
    return json.dumps({"meterValue": [value], **fields}).encode()


@pytest.mark.parametrize("fields", [{"transactionId": 7}, {"transactionId": 7, "connectorId": "x"}])
def test_readings_that_name_their_transaction_need_no_connector(fields: dict[str, Any]) -> None:
    report, quirks = VERSIONS["1.6"].hear_call("MeterValues", meter(**fields), NOW)
    assert isinstance(report, MeterReported)
    assert (report.transaction_id, report.meter_wh) == ("7", 5)
    assert "connectorId" in {quirk.path for quirk in quirks}


@pytest.mark.parametrize("fields", [{}, {"transactionId": 0}])
def test_readings_that_name_nothing_are_nobody_s(fields: dict[str, Any]) -> None:
    with pytest.raises(OcppProblem):
        VERSIONS["1.6"].hear_call("MeterValues", meter(**fields), NOW)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
@pytest.mark.parametrize("newest_first", [True, False])
def test_a_list_of_readings_is_of_the_newest(version: str, newest_first: bool) -> None:
    value: Any = "5" if version == "1.6" else 5
    values = [
        {"timestamp": (NOW - timedelta(minutes=n)).isoformat(), "sampledValue": [{"value": value}]}
        for n in (30, 15, 1)
    ]
    told: dict[str, Any] = {"connectorId" if version == "1.6" else "evseId": 1}
    told["meterValue"] = values[::-1] if newest_first else values
    report, _ = VERSIONS[version].hear_call("MeterValues", json.dumps(told).encode(), NOW)
    assert isinstance(report, MeterReported)
    assert report.at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        (["OCPP1.6"], "OCPP1.6"),
        (["ocpp1.6j"], "ocpp1.6j"),
        (["OCPP-J1.6"], None),
        (["ocpp16"], "ocpp16"),
        (["OCPP2.0.1"], "OCPP2.0.1"),
        (["ocpp2.0"], None),
        (["ocpp1.5"], None),
        (["ocpp1.6s"], None),
        (["OCPP2.1", "ocpp1.6"], "ocpp1.6"),
        (["ocpp1.6", "ocpp2.0.1"], "ocpp2.0.1"),
        ([], None),
    ],
)
def test_a_version_s_name_is_answered_as_it_was_spelled(offered: list[str], answered: str | None) -> None:
    assert selected(offered, SPOKEN) == answered
    exact = [name for name in SPOKEN if name in offered]
    assert selected(offered, SPOKEN, strict=True) == (exact[0] if exact else None)
