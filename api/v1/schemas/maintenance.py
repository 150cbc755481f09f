"""Maintenance windows over the wire."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from api.desk.maintenance import MaintenanceOrder
from api.v1.schemas.fields import NO_CONTROLS, Answer, Body, ConnectorId, Identifier, Instant, Reason
from domain.charging.maintenance import OnConflict
from domain.place.planned import Fate, Scope, Target, WindowStanding

_WINDOW: JsonDict = {
    "scope": "charger",
    "charger_id": "harbour-1",
    "starts_at": "2026-12-01T08:00:00Z",
    "ends_at": "2026-12-01T12:00:00Z",
}
_Bay = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_CONTROLS)]


class PreviewMaintenanceIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_WINDOW]})

    scope: Scope = Field(
        description="What is closed. Of a connector, a charger or a bay whatever serves one car at a time with it, too"
    )
    charger_id: Identifier | None = Field(default=None, description="With `charger`")
    connector_id: ConnectorId | None = Field(default=None, description="With `connector`")
    bay: _Bay | None = Field(default=None, description="With `bay`: its label")
    starts_at: Instant | None = Field(default=None, description="Null: from now on")
    ends_at: Instant
    on_conflict: OnConflict = Field(
        default=OnConflict.MOVE,
        description="What becomes of reservations that stand in it, as far as no other connector of their pool is free "
        "for them or it was told already: `move` (to an equal or better place; another site is proposed first), `ask` "
        "(the driver is asked first, with a place held for them; no answer is a yes), `compensate` (cancelled by us)",
    )

    @model_validator(mode="after")
    def _names_its_place(self) -> Self:
        given = {
            scope
            for scope, value in (
                (Scope.CHARGER, self.charger_id),
                (Scope.CONNECTOR, self.connector_id),
                (Scope.BAY, self.bay),
            )
            if value is not None
        }
        if given != ({self.scope} - {Scope.SITE}):
            raise ValueError("name the charger_id, connector_id or bay of the scope, and nothing else")
        return self

    def order(self, site_id: str, reason: str = "") -> MaintenanceOrder:
        return MaintenanceOrder(
            site_id=site_id,
            target=Target(charger_id=self.charger_id, connector_id=self.connector_id, bay=self.bay),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            reason=reason,
            on_conflict=self.on_conflict,
        )


class PlanMaintenanceIn(PreviewMaintenanceIn):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{**_WINDOW, "reason": "New cables"}]}
    )

    reason: Reason = ""


class CancelMaintenanceIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "The parts have not come"}]}
    )

    reason: Reason = ""


class ConflictOut(Answer):
    """A reservation that stood in the window when it was planned."""

    reservation_code: str
    start: datetime
    end: datetime
    fate: Fate = Field(
        description="`repacked`: has another connector of its pool, which nobody was told yet; `moved`, `asked`, "
        "`compensated`: as `on_conflict` says, which its own state tells; `stays`: its driver is there"
    )


class MaintenancePreviewOut(Answer):
    reservations: list[ConflictOut]


class MaintenanceWindowOut(Answer):
    id: int
    site_id: str
    scope: Scope
    charger_id: str | None
    connector_id: int | None
    bay: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    on_conflict: OnConflict
    state: WindowStanding
    planned_by: str
    planned_at: datetime
    cancelled_at: datetime | None
    reservations: list[ConflictOut] = Field(description="That stood in it when it was planned, by start")


class MaintenanceWindowsOut(Answer):
    items: list[MaintenanceWindowOut]
    next_cursor: str | None
