"""Cards as they are shown: never what chargers read of them."""

from collections.abc import Sequence

from api.v1.pagination import cursor_of_named
from api.v1.schemas.cards import CardOut, CardsOut
from db.tables import Token
from domain.charging.tokens import end_of_token


def card_out(row: Token) -> CardOut:
    return CardOut(
        id=row.card_id or "",
        card=end_of_token(row.value),
        driver_id=row.driver_id,
        group_id=row.group_id,
        blocked=row.blocked,
        blocked_at=row.blocked_at,
        expires_at=row.expires_at,
    )


def cards_out(found: Sequence[Token], limit: int) -> CardsOut:
    return CardsOut(
        items=[card_out(row) for row in found[:limit]],
        next_cursor=cursor_of_named(found[limit - 1].card_id or "") if len(found) > limit else None,
    )
