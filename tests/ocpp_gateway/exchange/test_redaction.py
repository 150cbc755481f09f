"""A frame is shown to people without tokens and passwords, or not at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.secrets import without_user_info
from ocpp_gateway.exchange.redaction import NotShown, shown_frame
from tests.factories.secrets import SECRET_SETTINGS

TOKEN = "04AABBCCDDEE77"


SECRET = "correct-horse-battery"


@pytest.mark.parametrize(
    "payload",
    [
        {"idTag": TOKEN},
        {"IDTAG": TOKEN},
        {"idTag": int("123456789012")},
        {"idTagInfo": {"status": "Accepted", "parentIdTag": TOKEN}},
        {"idToken": {"idToken": TOKEN, "type": "ISO14443"}},
        {"idToken": {"idToken": "x", "additionalInfo": [{"additionalIdToken": TOKEN, "type": "x"}]}},
        {"groupIdToken": {"idToken": TOKEN, "type": "Central"}},
        {"idTokenInfo": {"groupIdToken": {"idToken": TOKEN}}},
        {"localAuthorizationList": [{"idTag": TOKEN}, {"idToken": {"idToken": TOKEN}}]},
        {"data": f"idTag={TOKEN}", "vendorId": "v"},
        {"data": {"x": [TOKEN]}, "vendorId": "v"},
        {"key": "AuthorizationKey", "value": SECRET},
        {"configurationKey": [{"key": "AuthorizationKey", "readonly": False, "value": SECRET}]},
        {"setVariableData": [{"attributeValue": SECRET, "variable": {"name": "BasicAuthPassword"}}]},
        {"getVariableResult": [{"attributeValue": SECRET, "variable": {"name": "basicauthpassword"}}]},
        {"reportData": [{"variable": {"name": "Password"}, "variableAttribute": [{"value": SECRET}]}]},
        {"eventData": [{"variable": {"name": "BasicAuthPassword"}, "actualValue": SECRET}]},
        {"connectionData": {"apn": {"apnPassword": SECRET, "simPin": 1234567890}}},
        {"connectionData": {"vpn": {"key": SECRET, "user": SECRET, "type": "IKEv2"}}},
        {"connectionData": {"basicAuthPassword": SECRET}},
        {"location": f"ftp://user:{SECRET}@files.example/logs"},
        {"log": {"remoteLocation": f"sftp://{SECRET}@files.example/logs?x=1"}},
        [TOKEN],
        TOKEN,
    ],
)
@pytest.mark.parametrize("head", [[2, "1", "Action"], [3, "1"], [4, "1", "GenericError", "no"]])
def test_no_secret_is_shown(head: list[Any], payload: Any) -> None:
    shown = json.dumps(shown_frame(json.dumps([*head, payload])))
    for secret in (TOKEN, SECRET, "1234567890", "12345678"):
        assert secret not in shown


@pytest.mark.parametrize("name", SECRET_SETTINGS)
def test_no_secret_setting_is_shown(name: str) -> None:
    for payload in (
        {"key": name, "value": SECRET},
        {"setVariableData": [{"attributeValue": SECRET, "variable": {"name": name}}]},
        {"connectionData": {name: SECRET}},
    ):
        assert SECRET not in json.dumps(shown_frame(json.dumps([2, "1", "Action", payload])))


def test_the_rest_stays_readable() -> None:
    token = {"idToken": TOKEN, "type": "ISO14443"}
    payload = {
        "eventType": "Started",
        "seqNo": 0,
        "idToken": token,
        "evse": {"id": 1},
        "meterValue": [{"x": 1.5}],
    }
    shown = shown_frame(json.dumps([2, "1", "TransactionEvent", payload]))
    assert shown[3] == {**payload, "idToken": {"idToken": "…EE77", "type": "ISO14443"}}
    setting = {"key": "HeartbeatInterval", "value": "300"}
    assert shown_frame(json.dumps([2, "1", "ChangeConfiguration", setting]))[3] == setting


def test_short_tokens_are_not_shown_at_all() -> None:
    assert shown_frame('[2,"1","Authorize",{"idTag":"1234567"}]')[3] == {"idTag": "…"}


def test_user_and_password_leave_a_url() -> None:
    assert without_user_info("ftp://a:b@h/p") == "ftp://[redacted]@h/p"
    assert without_user_info("https://h/p?mail=a@b") == "https://h/p?mail=a@b"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["idTag", "idToken", "vpn", "variable", "key", "x"]), inner)
    ),
)


@given(_JSON)
def test_any_frame_is_shown_or_refused_and_no_token_survives(inside: Any) -> None:
    frame = json.dumps([2, "1", "Authorize", {"idTag": TOKEN, "more": inside, "idToken": [inside, TOKEN]}])
    try:
        shown = shown_frame(frame)
    except NotShown:
        return
    assert TOKEN not in json.dumps(shown)
