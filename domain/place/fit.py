"""Which bay takes which vehicle, and whom bays with room for a wheelchair are kept for. Lengths in centimetres."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

LARGEST_CM = 10_000


class MisfitKind(StrEnum):
    ACCESSIBLE = "accessible"
    """It is not built for whoever needs room beside the car."""
    TRAILER = "trailer"
    DRIVE_THROUGH = "drive_through"
    LENGTH = "length"
    WIDTH = "width"
    HEIGHT = "height"
    PLUG = "plug"
    """None of the vehicle's plugs is there."""
    POOL = "pool"
    """It is of another pool than is booked, or asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BayShape:
    """`height_cm`: the limit above it. A size that is None has not been measured, and keeps nobody out.

    `trailer`: a car fits with one. `drive_through`: left without backing out. `accessible`: for people with
    disabilities.
    """

    length_cm: int | None = None
    width_cm: int | None = None
    height_cm: int | None = None
    trailer: bool = False
    drive_through: bool = False
    accessible: bool = False

    @property
    def sizes(self) -> tuple[int | None, int | None, int | None]:
        return self.length_cm, self.width_cm, self.height_cm


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a booking asks of its bay; a size that is None is not known, and asks for nothing.

    `plugs`: OCPI types, the best first, of which one has to be there; empty: any. A type that is named counts more.
    `bay`: the label of the one that they want, of the site that they want it at; empty: whichever fits.
    """

    accessible: bool = False
    trailer: bool = False
    drive_through: bool = False
    length_cm: int | None = None
    width_cm: int | None = None
    height_cm: int | None = None
    plugs: tuple[str, ...] = ()
    bay: str = field(default="", repr=False)
    """Not in the fingerprint of what was asked for before bays could be named (`api.desk.idempotency`)."""

    @property
    def sizes(self) -> tuple[int | None, int | None, int | None]:
        return self.length_cm, self.width_cm, self.height_cm

    def at(self, bay: str) -> "Needs":
        """The same of the bay of that name; empty: of whichever."""
        return self if bay == self.bay else replace(self, bay=bay)

    def beside(self, usual: "Needs") -> "Needs":
        """These, and what is `usual` where these say nothing."""
        length, width, height = (
            mine if mine is not None else theirs for mine, theirs in zip(self.sizes, usual.sizes, strict=True)
        )
        return Needs(
            accessible=self.accessible or usual.accessible,
            trailer=self.trailer or usual.trailer,
            drive_through=self.drive_through or usual.drive_through,
            length_cm=length,
            width_cm=width,
            height_cm=height,
            plugs=self.plugs or usual.plugs,
            bay=self.bay or usual.bay,
        )


UNMEASURED = BayShape()
NO_NEEDS = Needs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """`needed`, `given`: of a size; None: of what is there or not."""

    kind: MisfitKind
    needed: int | None = None
    given: int | None = None


def fits(needs: Needs, bay: BayShape) -> tuple[Misfit, ...]:
    """All that stands in the way; empty: it fits."""
    found = [
        Misfit(kind=kind)
        for kind, asked, there in (
            (MisfitKind.ACCESSIBLE, needs.accessible, bay.accessible),
            (MisfitKind.TRAILER, needs.trailer, bay.trailer),
            (MisfitKind.DRIVE_THROUGH, needs.drive_through, bay.drive_through),
        )
        if asked and not there
    ]
    sizes = zip((MisfitKind.LENGTH, MisfitKind.WIDTH, MisfitKind.HEIGHT), needs.sizes, bay.sizes, strict=True)
    for kind, needed, given in sizes:
        if needed is not None and given is not None and needed > given:
            found.append(Misfit(kind=kind, needed=needed, given=given))
    return tuple(found)


def nearest_fit(needs: Needs, bays: Iterable[BayShape]) -> tuple[BayShape, tuple[Misfit, ...]]:
    """The bay with the fewest misfits, and those; of equal ones the largest."""

    def missing(bay: BayShape) -> tuple[int, int]:
        return len(fits(needs, bay)), -sum(LARGEST_CM if size is None else size for size in bay.sizes)

    bay = min(bays, key=missing, default=UNMEASURED)
    return bay, fits(needs, bay)


class Placed(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def bay(self) -> str | None: ...

    @property
    def shape(self) -> BayShape: ...


class Shapes:
    """The bays of a pool at one instant, for who asks of many slots.

    `kept_until`: so long before a slot accessible bays are kept for who needs them.
    """

    def __init__(self, places: Sequence[Placed], *, kept_until: timedelta, now: datetime) -> None:
        self._shapes: Mapping[int, BayShape] = {place.id: place.shape for place in places}
        self._bays = {place.id: place.bay for place in places}
        self._accessible = frozenset(id_ for id_, shape in self._shapes.items() if shape.accessible)
        self._kept_from = now + kept_until
        self._known: dict[Needs, frozenset[int] | None] = {}

    @property
    def are_kept(self) -> bool:
        """Are there bays that are kept for some?"""
        return bool(self._accessible)

    def kept(self, needs: Needs, start: datetime) -> frozenset[int]:
        """Connectors that are not for whoever has these needs, in a slot that begins then."""
        return frozenset() if needs.accessible or start <= self._kept_from else self._accessible

    def fitting(self, needs: Needs) -> frozenset[int] | None:
        """Whoever they are kept for; None: all."""
        if needs == NO_NEEDS:
            return None
        if needs not in self._known:
            fit = frozenset(
                id_
                for id_, shape in self._shapes.items()
                if needs.bay in ("", self._bays[id_]) and not fits(needs, shape)
            )
            self._known[needs] = None if len(fit) == len(self._shapes) else fit
        return self._known[needs]

    def has(self, bay: str) -> bool:
        """Is there a bay of that name?"""
        return bay in self._bays.values()

    def among(self, needs: Needs, start: datetime, admitted: frozenset[int] | None) -> frozenset[int] | None:
        """Of `admitted` (None: all) those that may be given for a slot that begins then; None: all."""
        fit, kept = self.fitting(needs), self.kept(needs, start)
        if fit is None and not kept:
            return admitted
        here = frozenset(self._shapes) if fit is None else fit
        return (here if admitted is None else here & admitted) - kept

    def scarce(self, needs: Needs) -> frozenset[int]:
        """Connectors at bays that others need more: given last."""
        return frozenset(
            id_
            for id_, shape in self._shapes.items()
            if (shape.accessible and not needs.accessible)
            or (shape.trailer and not needs.trailer)
            or (shape.drive_through and not needs.drive_through)
        )


def opens_to_all(start: datetime, kept_until: timedelta) -> datetime:
    """From then on whoever wants a slot that begins at `start` may book an accessible bay."""
    return start - kept_until
