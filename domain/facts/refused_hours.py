"""Why opening hours are refused: where they cannot be read, or what they ask for that is not known here."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursUnreadable(RefusalFact):
    """From character {column} on they cannot be read as OSM opening hours: {rest}"""

    column: int
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidaysNeedCountry(RefusalFact):
    """PH (character {column}) needs the site's country, which says what is a public holiday"""

    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursNotKnown(RefusalFact):
    """{word} (character {column}) is not known here: write times and dates"""

    word: str
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchCountry(RefusalFact):
    """{country} is no country whose holidays are known; ISO 3166-1, e.g. DE"""

    country: str
