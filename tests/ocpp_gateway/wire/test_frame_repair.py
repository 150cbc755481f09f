"""A frame against its grammar is read where it can mean only one thing; nothing is made up."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocpp_gateway.wire.frame_repair import mended
from ocpp_gateway.wire.frames import Call, CallError, CallResult, UnreadableFrame, read_frame

GOOD = '[2,"a","Heartbeat",{"x":[1,"b, }"]}]'


def read(raw: str) -> tuple[str, Any]:
    """Action and payload of what `raw` is mended to."""
    with pytest.raises(UnreadableFrame):
        read_frame(raw.encode())
    found = mended(raw.encode())
    assert found is not None
    assert found.odd
    assert read_frame(found.text) == found.frame
    assert isinstance(found.frame, Call)
    assert found.frame.message_id
    return found.frame.action, json.loads(found.frame.payload)


@pytest.mark.parametrize(
    ("raw", "payload"),
    [
        ("\ufeff" + GOOD, {"x": [1, "b, }"]}),
        (GOOD + "\0", {"x": [1, "b, }"]}),
        (GOOD + "\0\0 \r\n", {"x": [1, "b, }"]}),
        (GOOD + "]", {"x": [1, "b, }"]}),
        (GOOD + "%s", {"x": [1, "b, }"]}),
        ('["2","a","Heartbeat",{}]', {}),
        ('["2.0","a","Heartbeat",{}]', {}),
        ('[2,17,"Heartbeat",{}]', {}),
        ("[" + GOOD + "]", {"x": [1, "b, }"]}),
        ('[2,"a","Heartbeat",[]]', {}),
        ('[2,"a","Heartbeat",null]', {}),
        ('[2,"a","Heartbeat",""]', {}),
        ('[2,"a","Heartbeat"]', {}),
        ('[2,"a","Heartbeat",[{"x":1}]]', {"x": 1}),
        ('[2,"a","Heartbeat","{\\"x\\":1}"]', {"x": 1}),
        ('[2,"a","Heartbeat",{"x":1},{}]', {"x": 1}),
        ('[2,"a","Heartbeat",{"x":"1\t2"}]', {"x": "1\t2"}),
        ('[2,"a","Heartbeat",{"x":"1\0"}]', {"x": "1\0"}),
        ('[2,"a","Heartbeat",{"x":[1,],},]', {"x": [1]}),
        ('[2,"a","Heartbeat",{"x":NaN,"y":-Infinity}]', {"x": None, "y": None}),
        ('[2,"a","Heartbeat",{"x":[.5,+1,007,-.25,1.,1e3]}]', {"x": [0.5, 1, 7, -0.25, 1, 1000.0]}),
        ('[2,"a","Heartbeat",{"x":"C:\\log \\u00e4"}]', {"x": "C:\\log ä"}),
        ('[2,"a","Heartbeat",{"x":"\\ud800"}]', {"x": "?"}),
    ],
)
def test_what_can_mean_only_one_thing_is_read(raw: str, payload: dict[str, Any]) -> None:
    assert read(raw) == ("Heartbeat", payload)


@pytest.mark.parametrize(
    "raw",
    [
        "", "not json", "{}", "[]", "[2]", '[2,"a"]', '[2,"a",5,{}]', '[2,null,"Heartbeat",{}]',
        '[2,"","Heartbeat",{}]', '[2,"a","Heartbeat",5]', '[2,"a","Heartbeat",[{},{}]]', '[true,"a","H",{}]',
        '[2,"a","Heartbeat",{"x":1.2.3}]', '[2,"a","Heartbeat",{"x":"1}]', '[9,"a",{}]', "[" * 50_000,
        '[2,"a","H",{"x":' + "-.+" * 20_000 + "}]", '[2,"a","H",{"x":' + "0" * 60_000 + "..}]",
        '["' + '\\"' * 60_000, '"' * 60_001,
    ],
)  # fmt: skip
def test_nothing_is_made_up(raw: str) -> None:
    assert mended(raw.encode()) is None


@pytest.mark.parametrize(
    ("raw", "reply"),
    [
        ('["3","m",{"status":"Accepted"}]', CallResult("m", b'{"status":"Accepted"}')),
        ('[3,"m"]', CallResult("m", b"{}")),
        ('[4,"m"]', CallError("m", "GenericError", "")),
        ('[4,"m",null,"why",{}]', CallError("m", "GenericError", "why")),
        ('[4,"m","InternalError","a\tb",{},1]', CallError("m", "InternalError", "a\tb")),
    ],
)
def test_a_reply_that_is_odd_still_ends_the_waiting(raw: str, reply: CallResult | CallError) -> None:
    found = mended(raw.encode())
    assert found is not None
    assert found.frame == reply


@given(st.text(alphabet='[]{}",\\:2a\0\t. -e', max_size=60) | st.text())
def test_any_text_is_mended_or_not(raw: str) -> None:
    found = mended(raw.encode(errors="replace"))
    assert found is None or read_frame(found.text) == found.frame
