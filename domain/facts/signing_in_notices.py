"""What drivers and fleets are told of how they sign in, whose they are, and who else hears of them: so that they learn
of it when it was somebody else.
"""

from dataclasses import dataclass

from domain.facts.notices import NoticeFact


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyAdded(NoticeFact):
    """`name`: as they call it; may be empty."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyCopySeen(NoticeFact):
    """Its counter went back, and it was refused. `name`: as they call it; may be empty."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressAdded(NoticeFact):
    """Beside those that they had; it is not named, as it can be forgotten. `opens`: whoever reads it can be sent a link
    that signs them in.
    """

    opens: bool = True


@dataclass(frozen=True, slots=True)
class AddressRemoved(NoticeFact):
    """From among those that they had; it was told so itself, too."""


@dataclass(frozen=True, slots=True)
class ErasureAsked(NoticeFact):
    """By somebody who was signed in as them, and it was not done yet, as something is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAdded(NoticeFact):
    """A system at `origin` (domain.telling.outside) hears of a fleet's reservations from now on."""

    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChanged(NoticeFact):
    """The system at `origin` hears of a fleet's reservations from now on, of more of them, or again."""

    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSecretChanged(NoticeFact):
    """What the system at `origin` hears is signed by a new secret, and for a day by the one before, too."""

    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredByFleet(NoticeFact):
    """A fleet has entered them as its driver: it sees what they book from now on, and books for them."""

    fleet: str
