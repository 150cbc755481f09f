"""Messages of transactions as reports: who is named, when, where, and how it ended."""

import pytest

from domain.charging.connector import ConnectorStatus
from ocpp_gateway.wire.problems import MessageProblem, OcppProblem
from ocpp_gateway.wire.reports import (
    Phase,
    TokenPresented,
    TransactionReported,
)
from tests.ocpp_gateway.wire.reading import AT, both_2x, event, read, token


@both_2x
@pytest.mark.parametrize("kind", ["Started", "Updated", "Ended"])
def test_a_transaction_message_without_a_token_authorises_nobody(version: str, kind: str) -> None:
    """TxStartPoint EVConnected or ParkingBayOccupancy: anybody's plug begins a transaction."""
    assert event(version, kind).id_tag is None
    assert event(version, kind, idToken=token("", "NoAuthorization")).id_tag is None
    assert event(version, kind, idToken=token("BUTTON", "NoAuthorization")).id_tag is None
    assert event(version, kind, idToken=token("  ")).id_tag is None


@both_2x
@pytest.mark.parametrize("kind", ["Started", "Updated", "Ended"])
def test_a_token_may_come_with_any_message_of_a_transaction(version: str, kind: str) -> None:
    told = event(version, kind, idToken=token("a11ce001"), seqNo=4)
    assert (told.id_tag, told.phase) == ("A11CE001", Phase(kind.lower()))
    number, _, card = told.identity.partition("4")
    assert (number, bool(card)) == (f"tx:tx-1:{kind}:", kind == "Updated")  # of several cards each is judged


@both_2x
def test_the_reservation_id_of_a_charger_is_read_by_nobody(version: str) -> None:
    assert event(version, "Started", reservationId=7) == event(version, "Started", reservationId=8)


@both_2x
def test_offline_and_the_place_are_told(version: str) -> None:
    assert event(version, "Started", offline=True).offline
    assert not event(version, "Started").offline
    assert event(version, "Updated", evse=None).connector_number is None


@both_2x
def test_the_end_says_whether_the_cable_is_still_in(version: str) -> None:
    info = {"transactionId": "tx-1", "chargingState": "EVConnected", "stoppedReason": "SOCLimitReached"}
    told = event(version, "Ended", transactionInfo=info)
    assert (told.status, told.stop_reason) == (ConnectorStatus.FINISHING, "SOCLimitReached")
    assert event(version, "Ended").stop_reason == "Local"


def test_a_2_1_reason_is_a_reason() -> None:
    info = {"transactionId": "tx-1", "stoppedReason": "ReqEnergyTransferRejected"}
    assert event("2.1", "Ended", transactionInfo=info).stop_reason == "ReqEnergyTransferRejected"


def test_a_2_1_token_may_be_long_and_of_any_type() -> None:
    told = event("2.1", "Started", idToken=token("x" * 255, "DirectPayment"))
    assert told.id_tag == "X" * 255
    with pytest.raises(OcppProblem) as long:
        event("2.0.1", "Started", idToken=token("x" * 37))
    with pytest.raises(OcppProblem) as typed:
        event("2.0.1", "Started", idToken=token("x", "DirectPayment"))
    assert long.value.problem is typed.value.problem is MessageProblem.WRONG_VALUE


START = {"connectorId": 1, "idTag": "a11ce001", "meterStart": 100, "timestamp": AT}


def test_a_1_6_start_is_recognised_when_it_comes_again() -> None:
    first, again = read("1.6", "StartTransaction", START), read("1.6", "StartTransaction", START)
    other = read("1.6", "StartTransaction", START | {"meterStart": 101})
    assert first == again
    assert isinstance(first, TransactionReported)
    assert isinstance(other, TransactionReported)
    assert first.identity != other.identity


@pytest.mark.parametrize("tag", ["", "   "])
def test_a_blank_1_6_tag_names_nobody(tag: str) -> None:
    """Whose the transaction is, its place and time tell; at a reader it is nobody's card, and opens nothing."""
    told = read("1.6", "StartTransaction", START | {"idTag": tag})
    assert isinstance(told, TransactionReported)
    assert (told.id_tag, told.names_nobody) == (None, True)
    assert read("1.6", "Authorize", {"idTag": tag}) == TokenPresented(id_tag="")


def test_a_1_6_stop_with_a_vendors_reason_and_a_blank_tag_still_stops() -> None:
    stop = {"transactionId": 5, "meterStop": 9, "timestamp": AT, "reason": "CarFull", "idTag": ""}
    told = read("1.6", "StopTransaction", stop)
    assert isinstance(told, TransactionReported)
    assert (told.transaction_id, told.id_tag, told.stop_reason) == ("5", None, "CarFull")
