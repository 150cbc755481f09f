"""Tokens (idTags): what identifies a driver at a charger."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

_SHOWN = 4


class TokenKind(StrEnum):
    RFID = "rfid"
    APP = "app"
    """Issued by us for one reservation; valid only in its window."""


def normalised_token(value: str) -> str:
    """idTags are compared without regard to case (OCPP 1.6 CiString20, 2.0.1 H03)."""
    return value.strip().upper()


def end_of_token(value: str) -> str:
    """Enough to tell two cards apart, for people and records; whoever knows a whole one can charge with it."""
    return f"…{value[-_SHOWN:]}" if len(value) > _SHOWN else "…" * bool(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A driver's RFID card, not blocked. `group_id`: the parent tag that stands for it, too."""

    value: str
    group_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """`id_tag`, of `token_kind`: for the device's own hold. `group_id`: the parent tag that opens it too.
    `app_tag`: the reservation's own credential, which the driver's app shows."""

    id_tag: str
    token_kind: TokenKind
    app_tag: str
    group_id: str | None


def common_group(cards: Collection[Card]) -> str | None:
    """The parent tag, where all cards have the same."""
    groups = {card.group_id for card in cards}
    return groups.pop() if len(groups) == 1 else None


def credentials(cards: Sequence[Card], app_tag: str) -> Credentials:
    """A device's hold knows one tag: the driver's card if it is the only one, else the reservation's own."""
    only_card = cards[0].value if len(cards) == 1 else None
    return Credentials(
        id_tag=only_card or app_tag,
        token_kind=TokenKind.RFID if only_card else TokenKind.APP,
        app_tag=app_tag,
        group_id=common_group(cards),
    )
