"""Tokens (idTags): what identifies a driver at a charger."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_CARD = 36
"""Characters of an idToken (OCPP 2.x); a 1.6 charger tells no more than 20 of its own cards."""
_SHOWN = 4


class TokenKind(StrEnum):
    RFID = "rfid"
    APP = "app"
    """Issued by us for one reservation; valid only in its window."""


_TO_CAPITALS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_BYTE = "[0-9A-F]{2}"
_SPACED_UID = re.compile(rf"(?:0X)?{_BYTE}([:. _-]){_BYTE}(?:\1{_BYTE}){{2,8}}")
_PREFIXED_UID = re.compile(rf"0X(?:{_BYTE}){{4,10}}")
_CONTRACT = re.compile(r"[A-Z]{2}-[A-Z0-9]{3}-[A-Z0-9]{9}(?:-?[A-Z0-9])?")
_BETWEEN = re.compile(r"[:. _-]|^0X")


def normalised_token(value: str) -> str:
    """The one form of a token: in which it is booked, issued, listed at chargers and looked up when it is shown.

    Compared without regard to case (OCPP 1.6 CiString20, 2.0.1 H03), which is that of ASCII: other letters have
    capitals that are somebody else's. Firmware pads tokens (NUL, blanks, the marks of a serial line) and spells the
    bytes of a uid apart (`A1:1C:E0:01`, `0xA11CE001`); the hyphens of a contract's id say nothing (ISO 15118-2 H.1).
    All else stays, so that no two cards become one: a uid of 4 bytes is no part of one of 7, nor one read backwards.
    """
    token = _unpadded(value).translate(_TO_CAPITALS)
    if _SPACED_UID.fullmatch(token) or _PREFIXED_UID.fullmatch(token) or _CONTRACT.fullmatch(token):
        return _BETWEEN.sub("", token)
    return token


def _unpadded(value: str) -> str:
    first, last = 0, len(value)
    while first < last and _is_padding(value[first]):
        first += 1
    while last > first and _is_padding(value[last - 1]):
        last -= 1
    return value[first:last]


def _is_padding(character: str) -> bool:
    """A blank, or what cannot be seen."""
    return character.isspace() or not character.isprintable()


def is_spelled_oddly(value: str) -> bool:
    """In another form than its normal one, the case left aside."""
    return normalised_token(value) != value.translate(_TO_CAPITALS)


def card_flaw(card: str) -> str:
    """What is wrong with a card in its normal form; empty: nothing."""
    if not card:
        return "must not be empty"
    if not (card.isascii() and card.isprintable() and len(card) <= LONGEST_CARD):
        return f"must be up to {LONGEST_CARD} printable characters of ASCII"
    return ""


def end_of_token(value: str) -> str:
    """Enough to tell two cards apart, for people and records; whoever knows a whole one can charge with it."""
    return f"…{value[-_SHOWN:]}" if len(value) > _SHOWN else "…" * bool(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A driver's RFID card, not blocked. `group_id`: the parent tag that stands for it, too."""

    value: str
    group_id: str | None
    expires_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """`id_tag`, of `token_kind`: for the device's own hold. `group_id`: the group that the reservation is open to.
    `app_tag`: the reservation's own credential, which the driver's app shows. `parent_tag`: see `parent_of`."""

    id_tag: str
    token_kind: TokenKind
    app_tag: str
    group_id: str | None
    parent_tag: str


def common_group(cards: Collection[Card]) -> str | None:
    """The parent tag, where all cards have the same."""
    groups = {card.group_id for card in cards}
    return groups.pop() if len(groups) == 1 else None


def parent_of(cards: Collection[Card], own_tag: str) -> str:
    """The parentIdTag / groupIdToken of a driver: in ReserveNow, and in every answer to any of their tokens.

    One a driver, so that a charger that enforces its hold (OCPP 1.6 §5.13, 2.0.1 H01.FR.18) lets in whichever token
    they show. It is their cards' group where all have the same; else `own_tag`, which is theirs alone. `cards`: those
    that are not blocked.
    """
    return common_group(cards) or own_tag


def credentials(cards: Sequence[Card], app_tag: str, own_tag: str, now: datetime) -> Credentials:
    """A device's hold knows one tag: the driver's card if it is the only one, else the reservation's own."""
    valid = [card.value for card in cards if card.is_valid(now)]
    only_card = valid[0] if len(valid) == 1 else None
    return Credentials(
        id_tag=only_card or app_tag,
        token_kind=TokenKind.RFID if only_card else TokenKind.APP,
        app_tag=app_tag,
        group_id=common_group(cards),
        parent_tag=parent_of(cards, own_tag),
    )
