"""An answer to a command says what it says, though what nobody needs of it is odd; it is never made up."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging import commands as c
from domain.charging.commands import CommandOutcome as Outcome
from domain.charging.listing import GetLocalListVersion
from tests.ocpp_gateway.wire.official import VERSIONS
from tests.ocpp_gateway.wire.test_frames import json_values
from tests.ocpp_gateway.wire.test_reading import NOW

RESERVE = c.ReserveNow(connector_number=1, hold_id=1, id_tag="A", parent_id_tag=None, expires_at=NOW)
INFO = {"reasonCode": "InvalidConnectorOrSomethingLikeIt", "additionalInfo": "x" * 900}
KEYS = c.GetConfiguration(keys=("A.B",))


def heard(version: str, command: c.Command, answer: Any) -> c.CommandReply:
    reply, quirks = VERSIONS[version].hear_reply(command, json.dumps(answer).encode())
    strict = VERSIONS[version].read_reply(command, json.dumps(answer).encode())
    assert (strict == reply) is (not quirks)
    return reply


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"status": "accepted"}, Outcome.ACCEPTED),
        ({"Status": "Accepted "}, Outcome.ACCEPTED),
        ([{"status": "Occupied"}], Outcome.OCCUPIED),
        ({"status": "Rejected", "statusInfo": INFO}, Outcome.REJECTED),
        ({"status": "NotSupported"}, Outcome.NOT_SUPPORTED),
        ({"status": "Perhaps"}, Outcome.NO_RESPONSE),
        ({"status": "Scheduled"}, Outcome.NO_RESPONSE),
        ({"status": None}, Outcome.NO_RESPONSE),
        ({"status": ["Accepted", "Rejected"]}, Outcome.NO_RESPONSE),
        ({}, Outcome.NO_RESPONSE),
        ([], Outcome.NO_RESPONSE),
    ],
)
def test_a_hold_is_taken_or_refused_in_whatever_way_that_is_said(
    version: str, answer: Any, outcome: Outcome
) -> None:
    assert heard(version, RESERVE, answer).outcome is outcome


def test_one_odd_setting_costs_none_of_the_others() -> None:
    long = "x" * 900
    told = [
        {"key": "A", "value": 5, "readonly": "false"},
        {"key": "B", "value": long, "readonly": False},
        {"key": "C", "value": "7"},
        {"value": "nobody's"},
    ]
    reply = heard("1.6", KEYS, {"configurationKey": told, "unknownKey": []})
    assert reply.values == {"A": "5", "B": long, "C": "7"}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_a_variable_is_told_though_another_is_not(version: str) -> None:
    named = {"component": {"name": "A"}, "variable": {"name": "B"}}
    told = [{**named, "attributeStatus": "accepted", "attributeValue": 3}, {"attributeStatus": "Rejected"}]
    assert heard(version, KEYS, {"getVariableResult": told}).values == {"A.B": "3"}
    two = c.SetVariables(
        settings=(c.SetConfiguration(key="A.B", value="1"), c.SetConfiguration(key="A.C", value="1"))
    )
    # Which one an answer speaks of is told by its place alone.
    lost = [{"attributeStatus": "Rejected"}, {**named, "attributeStatus": "Accepted"}]
    assert heard(version, two, {"setVariableResult": lost}).outcome is Outcome.NO_RESPONSE


@pytest.mark.parametrize(("version", "field"), [("1.6", "listVersion"), ("2.0.1", "versionNumber")])
def test_a_version_of_a_list_may_be_a_text_but_no_fraction_of_a_number(version: str, field: str) -> None:
    assert heard(version, GetLocalListVersion(), {field: "7"}).values == {"version": "7"}
    assert heard(version, GetLocalListVersion(), {field: "seven"}).outcome is Outcome.NO_RESPONSE


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
@given(json_values)
def test_whatever_comes_is_an_answer(version: str, answer: Any) -> None:
    for command in (RESERVE, c.Reset(), GetLocalListVersion(), KEYS):
        for told in (answer, {"status": answer}):
            with suppress(UnicodeEncodeError):
                reply, _ = VERSIONS[version].hear_reply(command, json.dumps(told).encode())
                says_nothing = command in (RESERVE, c.Reset()) and not is_accepted(told)
                assert not says_nothing or reply.outcome is not Outcome.ACCEPTED


def is_accepted(answer: Any) -> bool:
    """By its own word, in whatever letters."""
    word = answer.get("status") if isinstance(answer, dict) else None
    return isinstance(word, str) and word.strip().casefold() == "accepted"


@given(st.dictionaries(st.sampled_from(["status", "statusInfo", "data"]), json_values))
def test_a_vendors_word_never_breaks(answer: dict[str, Any]) -> None:
    for version in VERSIONS.values():
        reply, _ = version.hear_reply(c.DataTransfer(vendor_id="V"), json.dumps(answer).encode())
        assert reply.outcome is not Outcome.ACCEPTED or is_accepted(answer)
