"""Why something cannot be installed so."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsElsewhere(RefusalFact):
    """{name} is installed at another site; choose another id"""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsFor(RefusalFact):
    """Reservations stand by what {member} is now ({reservations}); move or cancel them first"""

    member: str
    reservations: str
