"""Which sites suit what somebody looks for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.place.pool_facts import PoolFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteWish:
    """`words`: each stands in the name or address. `plug`: an OCPI type; None: whichever. `power_w`: at least."""

    words: str = ""
    plug: str | None = None
    power_w: int = 0

    def suits(self, named: str, pools: Iterable[PoolFacts]) -> bool:
        """`named`: its name and address. One pool has to have both, the plug and the power."""
        text = named.casefold()
        if any(word not in text for word in self.words.casefold().split()):
            return False
        if self.plug is None and not self.power_w:
            return True
        return any(
            one.power_w >= self.power_w and (self.plug is None or self.plug in one.connector_types)
            for one in pools
        )
