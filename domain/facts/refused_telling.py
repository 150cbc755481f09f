"""Why somebody is not told as they asked to be."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True)
class NoQuietHours(RefusalFact):
    """Quiet hours that begin when they end are none: leave them out, or name two times"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchZone(RefusalFact):
    """{zone} is no time zone: name it as Europe/Berlin"""

    zone: str
