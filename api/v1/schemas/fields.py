"""Field types shared by the bodies: instants that name their zone, and texts a database can hold."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
YEARS = range(2000, 2200)
"""What is reckoned with a date stays one that there is."""


def _shaped_as_rfc3339(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("an instant with a zone is needed (RFC 3339), e.g. 2026-11-22T14:00:00+01:00")
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant with a zone is needed (RFC 3339), e.g. 2026-11-22T14:00:00+01:00")
    if value.year not in YEARS:
        raise ValueError("the year must lie between 2000 and 2199")
    return value.astimezone(UTC)


Instant = Annotated[datetime, BeforeValidator(_shaped_as_rfc3339), AfterValidator(_in_utc)]
"""RFC 3339 with an explicit zone; arrives as aware UTC. Numbers and zoneless times are refused."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"


def _shaped_as_day(value: Any) -> Any:
    if type(value) is date:
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a date is needed (RFC 3339), e.g. 2026-11-22")
    return value


def _shaped_as_clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.match(_CLOCK, value):
        raise ValueError("a time of the day is needed, e.g. 17:00")
    return value


Day = Annotated[date, BeforeValidator(_shaped_as_day)]
"""A date as text. A number is none: it would be read as seconds since 1970."""
Clock = Annotated[
    time, BeforeValidator(_shaped_as_clock), WithJsonSchema({"type": "string", "pattern": _CLOCK})
]
"""A time of the day on a clock that is known otherwise, so without a zone."""

NO_NUL = r"^[^\x00]*$"
"""Of a text that is searched for: Postgres holds no NUL, and takes none."""
_LINE = r"[^\x00-\x1f\x7f\ufffe\uffff]"
NO_CONTROLS = rf"^{_LINE}+$"
"""Of a text in one line, with what an invoice's XML can hold (W3C XML 1.0, production 2)."""
LINE = rf"^{_LINE}*$"
"""The same, or nothing."""
LINES = r"^[^\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]*$"
"""Of a text that may have several."""
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_CONTROLS)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=NO_CONTROLS)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=LINE)]
AddressLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_CONTROLS)
]
Reason = Annotated[str, StringConstraints(max_length=500, pattern=LINES)]
ConnectorId = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class Body(BaseModel):
    """A request body: unknown members are refused, so that a typing error never passes silently."""

    model_config = ConfigDict(extra="forbid")


class Span(Body):
    """A body about a time from `start` to `end`."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end must lie after start")
        return self


class Answer(BaseModel):
    """A response body."""

    model_config = ConfigDict(frozen=True)


class MoneyIn(Body):
    """Whole minor units (cents) of an ISO 4217 currency."""

    minor: Annotated[int, Field(strict=True, ge=0, le=2**53, examples=[450])]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["EUR"])]


class MoneyOut(Answer):
    """Whole minor units (cents) of an ISO 4217 currency."""

    minor: int = Field(examples=[450])
    currency: str = Field(examples=["EUR"])
