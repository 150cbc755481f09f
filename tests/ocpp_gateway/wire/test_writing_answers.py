"""The answers that we send, in all versions: valid to the letter of the official schemas."""

from datetime import timedelta

import msgspec
import pytest

from ocpp_gateway.wire.answers import (
    Acknowledged,
    Answer,
    BootAnswer,
    SigningAnswer,
    TimeAnswer,
    TokenAnswer,
    Told,
    TransactionAnswer,
    UnknownVendor,
    Verdict,
)
from ocpp_gateway.wire.reports import (
    Booted,
    CertificateAsked,
    Heartbeat,
    Report,
    TokenPresented,
    TransactionReported,
    VendorData,
)
from tests.ocpp_gateway.wire.official import VERSIONS, full, is_valid, root
from tests.ocpp_gateway.wire.test_reading import CASES, NOW, problem_of

LATER = NOW + timedelta(minutes=40)

TOKENS = [
    TokenAnswer(verdict=verdict, group_id=group, until=until)
    for verdict in Verdict
    for group in (None, "FLEET", "x" * 30, "x" * 300)
    for until in (None, LATER)
]


def answers_to(report: Report) -> list[Answer]:
    match report:
        case Heartbeat():
            return [TimeAnswer(now=NOW)]
        case Booted():
            return [BootAnswer(now=NOW, interval_s=60)]
        case TokenPresented():
            return list(TOKENS)
        case TransactionReported():
            return [TransactionAnswer(number=7, token=token) for token in TOKENS]
        case VendorData():
            return [UnknownVendor()]
        case CertificateAsked():
            refused = SigningAnswer(accepted=False, code="CsrCommonName", reason="no " * 400)
            return [SigningAnswer(accepted=True), refused]
        case _:
            return [Acknowledged()]


@pytest.mark.parametrize(("version", "action"), CASES)
def test_every_answer_is_valid(version: str, action: str) -> None:
    message = full(root(version, action))
    assert problem_of(version, action, message) is None
    report = VERSIONS[version].read_call(action, msgspec.json.encode(message), NOW)
    for answer in answers_to(report):
        written = VERSIONS[version].write_answer(action, answer)
        assert is_valid(version, action, written, answer=True), answer


@pytest.mark.parametrize(
    ("version", "action"),
    [("1.6", "StopTransaction"), ("2.0.1", "TransactionEvent"), ("2.1", "TransactionEvent")],
)
def test_without_a_token_nothing_is_said_of_one(version: str, action: str) -> None:
    assert VERSIONS[version].write_answer(action, TransactionAnswer(number=7)) == {}


def test_a_walk_in_is_told_until_when_1_6() -> None:
    answer = TokenAnswer(verdict=Verdict.ACCEPTED, until=LATER)
    told = VERSIONS["1.6"].write_answer("Authorize", answer)
    assert told == {"idTagInfo": {"status": "Accepted", "expiryDate": "2026-11-22T12:40:00.000Z"}}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_a_walk_in_is_told_until_when_2_x(version: str) -> None:
    told = Told(text="Reserved from 13:40.", language="en")
    answer = TransactionAnswer(token=TokenAnswer(verdict=Verdict.ACCEPTED, until=LATER, told=told))
    info = VERSIONS[version].write_answer("TransactionEvent", answer)["idTokenInfo"]
    assert info["cacheExpiryDateTime"] == "2026-11-22T12:40:00.000Z"
    assert info["personalMessage"] == {"format": "ASCII", "language": "en", "content": told.text}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_what_a_charger_shows_may_be_in_any_language(version: str) -> None:
    told = Told(text="Bitte räumen Sie den Platz.", language="de")
    answer = TokenAnswer(verdict=Verdict.ACCEPTED, until=LATER, told=told)
    shown = VERSIONS[version].write_answer("Authorize", answer)["idTokenInfo"]["personalMessage"]
    assert shown == {"format": "UTF8", "language": "de", "content": told.text}


@pytest.mark.parametrize(("version", "carried"), [("2.0.1", False), ("2.1", True)])
def test_a_long_group_goes_only_where_it_fits(version: str, carried: bool) -> None:
    answer = TokenAnswer(verdict=Verdict.ACCEPTED, group_id="x" * 200)
    info = VERSIONS[version].write_answer("Authorize", answer)["idTokenInfo"]
    assert ("groupIdToken" in info) is carried
