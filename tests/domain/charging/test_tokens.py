"""Which credential opens the hold on a device."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.tokens import Card, TokenKind, common_group, credentials, normalised_token, parent_of
from tests.factories import NOON

ONE, OTHER = Card(value="CARD-1", group_id="FLEET"), Card(value="CARD-2", group_id="FLEET")
STRAY = Card(value="CARD-3", group_id=None)


def test_the_only_card_opens_it() -> None:
    opening = credentials([ONE], "APP", "OWN", NOON)
    assert (opening.id_tag, opening.token_kind) == ("CARD-1", TokenKind.RFID)
    assert (opening.app_tag, opening.group_id) == ("APP", "FLEET")


@pytest.mark.parametrize("cards", [[], [ONE, OTHER]])
def test_without_a_card_or_with_several_the_reservations_own_credential_does(cards: list[Card]) -> None:
    opening = credentials(cards, "APP", "OWN", NOON)
    assert (opening.id_tag, opening.token_kind, opening.app_tag) == ("APP", TokenKind.APP, "APP")


@pytest.mark.parametrize(
    ("cards", "group"),
    [([], None), ([ONE], "FLEET"), ([ONE, OTHER], "FLEET"), ([ONE, STRAY], None), ([STRAY], None)],
)
def test_a_parent_tag_opens_it_where_all_cards_have_the_same(cards: list[Card], group: str | None) -> None:
    assert common_group(cards) == group


@pytest.mark.parametrize(
    ("cards", "parent"),
    [([], "OWN"), ([STRAY], "OWN"), ([ONE, STRAY], "OWN"), ([ONE], "FLEET"), ([ONE, OTHER], "FLEET")],
)
def test_each_driver_has_one_parent_tag_and_a_fleets_is_the_groups(cards: list[Card], parent: str) -> None:
    assert parent_of(cards, "OWN") == credentials(cards, "APP", "OWN", NOON).parent_tag == parent


def test_an_expired_card_opens_no_device() -> None:
    expired = replace(ONE, expires_at=NOON)
    assert credentials([expired, OTHER], "APP", "OWN", NOON).id_tag == "CARD-2"
    assert credentials([expired], "APP", "OWN", NOON).id_tag == "APP"
    assert credentials([expired], "APP", "OWN", NOON - timedelta(seconds=1)).id_tag == "CARD-1"


uids = st.one_of(*(st.binary(min_size=size, max_size=size) for size in (4, 7, 8, 10)))
paddings = st.text(alphabet="\0 \t\r\n\x02\x03\u00a0\ufeff", max_size=4)
between = st.sampled_from(["", ":", "-", " ", ".", "_"])


@st.composite
def spellings(draw: st.DrawFn, uid: bytes) -> str:
    """As firmware writes the bytes of a uid, in that order."""
    text = draw(between).join(f"{byte:02x}" for byte in uid)
    text = draw(st.sampled_from(["", "0x", "0X"])) + draw(st.sampled_from([text, text.upper()]))
    return draw(paddings) + text + draw(paddings)


@given(st.data(), uids)
def test_however_a_card_is_spelled_it_is_that_card(data: st.DataObject, uid: bytes) -> None:
    assert normalised_token(data.draw(spellings(uid))) == uid.hex().upper()


@given(st.data(), uids, uids)
def test_no_spelling_makes_one_of_two_cards(data: st.DataObject, one: bytes, other: bytes) -> None:
    same = normalised_token(data.draw(spellings(one))) == normalised_token(data.draw(spellings(other)))
    assert same == (one == other)


@given(
    st.one_of(
        st.text(alphabet="0123456789abcdefABCDEFxX:-._ \0", max_size=24),
        st.sampled_from(["DE-8AA-C12345678-9", "DE8AAC123456789", "0xA11CE001", "A1:1C:E0:01"]),
        st.text(alphabet="AaIi1\u0131\u017f\u00df\u00e9:", max_size=24),
    ),
    st.integers(min_value=0, max_value=23),
    st.sampled_from("0a-F: \0\u0131\u00df\u017fsx"),
)
def test_one_other_sign_that_can_be_seen_is_another_card(tag: str, place: int, sign: str) -> None:
    normal = normalised_token(tag)
    assert normalised_token(normal) == normal
    changed = tag[:place] + sign + tag[place + 1 :]
    if normalised_token(changed) == normal:
        assert _signs(changed) == _signs(tag)


def _signs(tag: str) -> str:
    """Letters and digits of ASCII without case, and every other sign; less what merely stands between bytes."""
    seen = "".join(sign.upper() if sign.isascii() else sign for sign in tag if sign.isprintable())
    bare = "".join(sign for sign in seen if sign not in " :.-_" and not sign.isspace())
    return bare.removeprefix("0X")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A11CE001", "01E01CA1"),
        ("A11CE001", "A11CE001000000"),
        ("A11CE001", "04A11CE001"),
        ("A1-1CE001", "A11CE001"),
        ("CARD-1", "CARD1"),
        ("12-34", "1234"),
        ("stra\u00dfe", "STRASSE"),
        ("\u0131d", "ID"),
    ],
)
def test_what_only_looks_alike_is_another_card(one: str, other: str) -> None:
    assert normalised_token(one) != normalised_token(other)


@pytest.mark.parametrize(
    "told", ["DE-8AA-C12345678-9", "de8aac123456789", "DE-8AA-C123456789", "\0DE-8AA-C12345678-9 "]
)
def test_the_hyphens_of_a_contract_say_nothing(told: str) -> None:
    assert normalised_token(told) == "DE8AAC123456789"
