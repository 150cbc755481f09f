"""What a driver has charged, over the wire."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer, MoneyOut


class VisitOut(Answer):
    """What ran under one reservation, or one session of a walk-in."""

    began_at: datetime
    ended_at: datetime | None = Field(description="null: it goes on")
    minutes: int = Field(description="At the cable, so far", examples=[45])
    energy_wh: int = Field(description="As it was billed, else as metered so far", examples=[23400])
    site_id: str
    site_name: str
    reservation: str | None = Field(description="null: a walk-in's, or another driver's")
    cost: MoneyOut | None = Field(description="Of the whole reservation; null: it has no bill, or not yet")
    document_id: int | None = Field(description="Its receipt, as in /v1/documents; null: none yet")


class ChargingHistoryOut(Answer):
    items: list[VisitOut]
    next_cursor: str | None


class ChargedMonthOut(Answer):
    month: str = Field(examples=["2026-11"], description="In which visits began, on their sites' clocks")
    visits: int
    energy_wh: int
    costs: list[MoneyOut] = Field(description="One for each currency; none: nothing of it has a bill")


class ChargedMonthsOut(Answer):
    items: list[ChargedMonthOut]
