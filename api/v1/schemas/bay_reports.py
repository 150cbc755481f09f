"""What people say of bays, over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from api.v1.schemas.fields import LINES, Answer, Body, Identifier, Reason
from domain.place.bay_reports import LONGEST_TEXT, ReportKind


class BayReportIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "charger_id": "harbour-1",
                    "connector_number": 1,
                    "kind": "blocked",
                    "text": "A van without a plug stands there",
                }
            ]
        },
    )

    charger_id: Identifier
    connector_number: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(
        description="OCPP 1.6 connectorId, 2.x evseId"
    )
    kind: ReportKind
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT, pattern=LINES)] = (
        Field(default="", description="In one's own words; only operators read it")
    )


class TakenBayReportOut(Answer):
    """What was said, as it is kept."""

    id: int
    charger_id: str
    connector_number: int
    bay: str | None = Field(description="What is painted on it")
    kind: ReportKind
    text: str
    reported_at: datetime
    moves: str | None = Field(
        description="The caller's reservation that has its turn there: "
        "`POST /v1/reservations/{code}/another-bay` gives it another bay at once. Null: none"
    )


class BayReportOut(Answer):
    """The same for operators, with what became of it."""

    id: int
    site_id: str
    charger_id: str
    connector_id: int
    connector_number: int
    bay: str | None
    kind: ReportKind
    text: str = Field(description="As it was said: to be shown as text")
    reported_at: datetime
    account: str | None = Field(description="Who said it; null: somebody who was not signed in")
    reservation: str | None = Field(description="Whose turn it was there, where that was theirs")
    moved_at: datetime | None = Field(description="When that reservation was given another bay for it")
    resolved_at: datetime | None = Field(description="Null: nobody has seen to it")
    resolved_by: str
    answer: str = Field(description="The operator's words, which who said it is told")


class BayReportsOut(Answer):
    items: list[BayReportOut]
    next_cursor: str | None


class ResolveBayReportIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"answer": "The van has been towed away"}]}
    )

    answer: Reason = Field(min_length=1, description="Who reported it is told this")
