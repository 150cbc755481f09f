"""How a table is told to hold something of drivers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from db.tables.metadata import Table


@dataclass(frozen=True, slots=True)
class Gone:
    """Its rows are deleted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Its rows stay as they are: whose they are is said by others alone. `why`: they stay."""

    why: str


@dataclass(frozen=True, slots=True)
class Altered:
    """Its rows stay, nobody's any more. `sets`: SQL by column, of `:driver`, `:alias`, `:said` and `:now`.

    `said`: what names the driver, i.e. their id and tokens. `why`: the rows stay.
    """

    sets: Mapping[str, str]
    why: str


Erasing = Gone | Kept | Altered


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """`whose`: SQL, which rows are a driver's, of `:driver` and `:codes`, their reservations. Rows are read as `t`.

    `hidden`: columns that the driver is not given: secrets, and what is not about them. `shown`: SQL of what they are
    given in place of a column, or beside them. `not_given`: why they are given none of it; empty: they are.
    """

    table: type[Table]
    whose: str
    erasing: Erasing
    hidden: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    not_given: str = ""

    @property
    def name(self) -> str:
        name: str = self.table.__tablename__
        return name


def renamed(*columns: str) -> dict[str, str]:
    """Columns that hold the driver's id, or somebody else's."""
    return {name: f"CASE WHEN t.{name} = :driver THEN :alias ELSE t.{name} END" for name in columns}


def scrubbed(*columns: str) -> dict[str, str]:
    """Documents that name the driver somewhere."""
    return {name: f"without_said(t.{name}, :said, :alias)" for name in columns}


def rekeyed(column: str) -> dict[str, str]:
    """Keys that have the driver's id as one of the parts between their colons."""
    named = f"t.{column} || ':', ':' || :driver || ':', ':' || :alias || ':'"
    return {column: f"left(replace({named}), -1)"}


OF_DRIVER = "t.driver_id = :driver"
OF_RESERVATION = "t.reservation_code = ANY(:codes)"
BOOKS = "the books are kept as long as the law demands"
RECORDS = "what happened at a place stays known, of nobody"
