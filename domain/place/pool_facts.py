"""What is installed in a pool, and for which type of plug one looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.place.closures import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFacts:
    """What is installed. `walk_in_connectors` are never promised (promise P6).

    `connector_type`: that is looked for here. `plugs`: all that its EVSEs have; empty: only that.
    """

    id: str
    site_id: str
    name: str
    connector_type: str
    power_w: int
    walk_in_connectors: int
    zone: str = "UTC"
    """IANA name; the site's."""
    opening_hours: str = ""
    country: str = ""
    plugs: tuple[str, ...] = ()

    @property
    def connector_types(self) -> tuple[str, ...]:
        return self.plugs or (self.connector_type,)

    def has(self, plug: str | None) -> bool:
        """`plug` None: any will do."""
        return plug is None or plug in self.connector_types

    def plug_of(self, plug: str | None, plugs: Sequence[str]) -> str | None:
        """`plug`, or where none is named the first of `plugs` that is here. None: any will do, or none is here."""
        if plug is not None or not plugs:
            return plug
        return next((one for one in plugs if self.has(one)), None)

    def serves(self, plug: str | None, plugs: Sequence[str]) -> bool:
        if plug is None and plugs:
            return self.plug_of(plug, plugs) is not None
        return self.has(plug)

    def wanted_for(self, plug: str | None) -> "PoolFacts":
        """As who looks for that type of plug sees it; None, or a type that is not there: as it is."""
        return replace(self, connector_type=plug) if plug is not None and self.has(plug) else self

    @property
    def hours(self) -> Hours:
        """Of its site."""
        return Hours(text=self.opening_hours, zone=self.zone, country=self.country)

    @property
    def by_power(self) -> tuple[int, str]:
        """Sorts the most powerful first."""
        return -self.power_w, self.id
