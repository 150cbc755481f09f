"""Messages too long to be kept lose items from the middle of their list, and nothing else."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ocpp_gateway.wire.skimming import Skim

END = 400
TEXTS = st.text(alphabet='{}[],"\\\\: \u00e9\u4e16ab', max_size=8)
ITEMS = st.fixed_dictionaries(
    {"timestamp": TEXTS, "sampledValue": st.lists(st.fixed_dictionaries({"value": TEXTS}), max_size=2)}
)
SCALARS = st.dictionaries(st.sampled_from("abcd"), TEXTS | st.integers() | st.booleans(), max_size=3)


def skimmed(message: bytes, piece: int) -> Skim:
    skim = Skim(ordinary=2 * END, end=END)
    for at in range(0, len(message), piece):
        skim.feed(message[at : at + piece])
    assert skim.size == len(message)
    return skim


@given(SCALARS, st.lists(ITEMS, min_size=40, max_size=80), SCALARS, st.integers(1, 700), st.booleans())
def test_the_first_and_last_items_and_all_that_is_no_item_are_kept(
    before: dict[str, Any], items: list[Any], after: dict[str, Any], piece: int, tight: bool
) -> None:
    numbered = [{"n": n} | item for n, item in enumerate(items)]
    payload = {f"1{name}": value for name, value in before.items()} | {"list": numbered}
    payload |= {f"2{name}": value for name, value in after.items()}
    frame = json.dumps([2, "id", "StopTransaction", payload], separators=(",", ":") if tight else None)
    skim = skimmed(frame.encode(), piece)
    joined = skim.joined()
    assert skim.whole is None
    assert joined is not None
    assert len(joined) <= 2 * END + 1
    kept = json.loads(joined)[3]
    assert kept | {"list": numbered} == payload
    numbers = [item["n"] for item in kept["list"]]
    assert kept["list"] == [numbered[n] for n in numbers]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (0, len(items) - 1)


@given(st.binary(max_size=3000), st.integers(1, 999))
def test_whatever_comes_is_skimmed(message: bytes, piece: int) -> None:
    skim = skimmed(message, piece)
    if len(message) <= 2 * END:
        assert skim.whole == message
    else:
        assert skim.whole is None
        skim.joined()
    assert skim.call_id is None or isinstance(skim.call_id, str)


def test_a_call_that_cannot_be_joined_has_its_id() -> None:
    frame = json.dumps([2, "x-7", "DataTransfer", {"data": "{},{" * 500}]).encode()
    skim = skimmed(frame, 100)
    assert (skim.joined(), skim.call_id) == (None, "x-7")
    assert skimmed(b'[3,"x",{' + frame, 100).call_id is None
