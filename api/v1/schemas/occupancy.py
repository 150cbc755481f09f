"""Who is at a connector, over the wire, and what that rests on."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.charging.clocks import InstantBasis
from domain.charging.connector import ConnectorStatus
from domain.charging.evidence import EvidenceKind, Source
from domain.charging.presence import Occupant, PresenceBasis


class EvidenceOut(Answer):
    kind: EvidenceKind
    at: datetime
    source: Source = Field(description="Whose word it is")
    says: str = Field(
        examples=["started"],
        description="Of a status what was shown; `started`, `last_sign`, `contradicted`, `ended`, `end_inferred` of a "
        "session; `held`, `released` of a hold; `booted`; `connected`, `not_connected`; `began`, `ended` of trouble; "
        "of a quirk what had to be mended",
    )
    connector_id: int | None = Field(description="Null: the charger as a whole")
    about: str = Field(description="Transaction, reservation, trouble, or message and field")
    detail: str = Field(description="Error code, stop reason, why a hold was released")
    basis: InstantBasis | Literal[""] = Field(
        description="How `at` is known: `now`, `charger`, `corrected` or `estimated`; empty: by our own clock"
    )
    counts: bool = Field(description="false: newer evidence has outranked it, or it is over")


class BerthConnectorOut(Answer):
    connector_id: int
    charger_id: str
    number: int
    status: ConnectorStatus


class OccupancyOut(Answer):
    """What booking, lock, gate and fees believe of the berth at this moment, and why."""

    site_id: str
    charger_id: str
    connector_id: int
    connector_number: int
    at: datetime = Field(description="The moment this is said of")
    occupant: Occupant = Field(
        description="`nobody`; `reservation`, `walk_in` or `stranger` (refused, and runs all the same) by a session; "
        "`vehicle` without a session; `arriving`: a cable or card, nothing has begun; `expected`: held, nobody yet; "
        "`unknown`"
    )
    basis: PresenceBasis
    since: datetime | None = Field(description="Null: not known")
    reservation_code: str | None
    session_id: int | None
    connected: bool = Field(description="Whether its charger is, now")
    berth: list[BerthConnectorOut] = Field(description="Connectors that together serve one car at a time")
    evidence: list[EvidenceOut] = Field(description="The newest first")
    next_cursor: str | None
