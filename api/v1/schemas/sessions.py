"""Charging sessions over the wire, for operators."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.v1.schemas.charger_upkeep import PowerLimits
from api.v1.schemas.fields import Answer, Body, Identifier, Reason
from domain.charging.access_reasons import AccessReason
from domain.charging.clocks import InstantBasis
from domain.charging.commands import ProfilePurpose, SetChargingProfile


class SessionOut(Answer):
    id: int = Field(description="Also the transaction id that OCPP 1.6 chargers are given")
    site_id: str
    charger_id: str
    connector_id: int
    connector_number: int
    bay: str | None
    transaction_id: str
    card: str = Field(
        examples=["…7F3A"], description="The end of the token that began it; empty: nobody's yet"
    )
    driver_id: str | None
    reservation_code: str | None = Field(description="Whose reservation prices it; null: a walk-in's")
    authorised: bool = Field(
        description="false: it began although its token was refused, and is being stopped"
    )
    refused_for: AccessReason | Literal[""] = Field(
        examples=["no_access"],
        description="Why its token was refused: `no_access` (the site's access rules), `reserved_for_another`, "
        "`token_blocked`, …; empty: it was not, or nobody has been named yet",
    )
    started_at: datetime
    started_basis: InstantBasis | Literal[""] = Field(
        examples=["now"],
        description="How it is known: `now` (it was connected), `charger` (its clock, for when it was away), "
        "`corrected` (the same, by what its clock is known to be off), `estimated` (what it said cannot be true); "
        "empty: not kept",
    )
    ended_at: datetime | None
    ended_basis: InstantBasis | Literal[""]
    stop_reason: str
    energy_wh: int = Field(description="As metered so far")
    meter_at: datetime


class SessionsOut(Answer):
    items: list[SessionOut]
    next_cursor: str | None


class StartSessionIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"charger_id": "harbour-2", "connector_number": 1, "id_tag": "CARD-BEN"}]
        },
    )

    charger_id: Identifier
    connector_number: Annotated[int, Field(strict=True, ge=1, le=1000)]
    id_tag: Annotated[str, StringConstraints(min_length=1, max_length=36, pattern=r"^[\x21-\x7e]+$")] = Field(
        description="A card that is known here; 20 characters at most on an OCPP 1.6 charger"
    )
    limits: PowerLimits = Field(
        default_factory=list, description="Of power, from the start of charging; empty: none for this session"
    )
    profile_id: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)] = Field(
        default=2**30, description="Of the charging profile that `limits` make; the same id replaces it"
    )

    def profile(self) -> SetChargingProfile | None:
        if not self.limits:
            return None
        return SetChargingProfile(
            connector_number=self.connector_number,
            profile_id=self.profile_id,
            purpose=ProfilePurpose.TRANSACTION,
            limits=tuple(entry.limit() for entry in self.limits),
        )


class ReleaseSessionIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "the bay is empty, looked at it"}]}
    )

    reason: Reason = ""
