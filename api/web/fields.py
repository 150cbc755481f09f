"""What pages take by their address and by forms: what is found by it is found in the database, which has limits."""

from datetime import date
from typing import Annotated

from fastapi import Form, Path
from pydantic import AfterValidator, StringConstraints

from api.v1.pagination import LARGEST_ROW
from api.v1.schemas.fields import LINE, YEARS, Day

Named = Annotated[str, Path(min_length=1, max_length=64, pattern=LINE)]
"""A site, a charger or a reservation."""
Listed = Annotated[str, StringConstraints(max_length=255, pattern=LINE)]
"""One of several."""
Edition = Annotated[str, Form(max_length=64, pattern=LINE)]
"""Hidden in a form: what it was made for, as `api.desk.editions.Seen.of` takes it."""
ConnectorNumber = Annotated[int, Path(ge=1, le=1000)]
"""OCPP 1.6 connectorId, 2.x evseId."""

CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
"""A time of day, as browsers say it."""
RowNumber = Annotated[int, Path(ge=1, le=LARGEST_ROW)]


def _within_years(value: date) -> date:
    if value.year not in YEARS:
        raise ValueError("the year must lie between 2000 and 2199")
    return value


PageDay = Annotated[Day, AfterValidator(_within_years)]
"""A day whose neighbours there are, too."""


def day_said(said: str | None, otherwise: date) -> date:
    """`otherwise`: of what is no day, or one that no calendar of ours goes to."""
    try:
        day = date.fromisoformat(said or "")
    except ValueError:
        return otherwise
    return day if day.year in YEARS else otherwise
