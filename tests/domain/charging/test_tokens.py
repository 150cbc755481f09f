"""Which credential opens the hold on a device."""

import pytest

from domain.charging.tokens import Card, TokenKind, common_group, credentials

ONE, OTHER = Card(value="CARD-1", group_id="FLEET"), Card(value="CARD-2", group_id="FLEET")
STRAY = Card(value="CARD-3", group_id=None)


def test_the_only_card_opens_it() -> None:
    opening = credentials([ONE], "APP")
    assert (opening.id_tag, opening.token_kind) == ("CARD-1", TokenKind.RFID)
    assert (opening.app_tag, opening.group_id) == ("APP", "FLEET")


@pytest.mark.parametrize("cards", [[], [ONE, OTHER]])
def test_without_a_card_or_with_several_the_reservations_own_credential_does(cards: list[Card]) -> None:
    opening = credentials(cards, "APP")
    assert (opening.id_tag, opening.token_kind, opening.app_tag) == ("APP", TokenKind.APP, "APP")


@pytest.mark.parametrize(
    ("cards", "group"),
    [([], None), ([ONE], "FLEET"), ([ONE, OTHER], "FLEET"), ([ONE, STRAY], None), ([STRAY], None)],
)
def test_a_parent_tag_opens_it_where_all_cards_have_the_same(cards: list[Card], group: str | None) -> None:
    assert common_group(cards) == group
