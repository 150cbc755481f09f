"""Oddities of chargers as JSON."""

from api.v1.schemas.quirks import ModelQuirkOut, QuirkOut
from db.queries.charging.quirks import ModelQuirk
from db.tables import ChargerQuirk
from domain.charging.quirks import QuirkKind


def quirk_out(row: ChargerQuirk) -> QuirkOut:
    return QuirkOut(
        action=row.action,
        path=row.path,
        kind=QuirkKind(row.kind),
        example=row.example,
        seen=row.seen,
        first_at=row.first_at,
        last_at=row.last_at,
        firmware=row.firmware,
    )


def model_quirk_out(found: ModelQuirk) -> ModelQuirkOut:
    return ModelQuirkOut(**found._asdict())
