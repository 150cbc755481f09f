"""Reports over the wire."""

from datetime import date, datetime

from pydantic import Field

from api.v1.schemas.fields import Answer


class ReliabilityBinOut(Answer):
    """A tenth of the promises, by how certain they were told to be."""

    count: int = Field(description="Promises that are over, and of which it is known whether they were kept")
    least: float = Field(description="The least certain of them, 0 to 1")
    most: float
    promised: float = Field(description="On average", examples=[0.94])
    kept: float = Field(description="Of them, 0 to 1", examples=[0.95])


class ReliabilityOut(Answer):
    """How likely promises were told to be kept, against how many were."""

    site_id: str | None = Field(description="null: of all sites that the caller sees")
    from_: datetime = Field(serialization_alias="from")
    to: datetime
    count: int
    brier: float | None = Field(
        description="The mean square of what they were off, 0 to 1, less is better; null: there were none",
        examples=[0.05],
    )
    items: list[ReliabilityBinOut] = Field(
        description="At most ten, of equally many promises, the least certain first"
    )


class DayOfUseOut(Answer):
    """What began on that day, on the site's clock."""

    day: date
    booked_minutes: int = Field(description="Of slots that somebody had, whether they came or not")
    charged_minutes: int = Field(description="At the cable, walk-ins too")
    energy_wh: int
    visits: int


class SiteUseOut(Answer):
    items: list[DayOfUseOut] = Field(description="The last fourteen days, today's the last")
