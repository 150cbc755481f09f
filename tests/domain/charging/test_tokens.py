"""Which credential opens the hold on a device."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.charging.tokens import Card, TokenKind, common_group, credentials, parent_of
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
