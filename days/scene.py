"""What deeds are done in: as much of a day as they need to know."""

from collections.abc import Mapping
from typing import Protocol

from days.calendar import Calendar
from days.people import Charger, Guest
from days.script import Deed, Script
from days.stage import DayTime, Stage
from days.truth import Truth
from db.engine import Sessions
from domain.terms.policy import Policy
from simulator.stripe_api.control_client import StripeApiControl


class Scene(Protocol):
    """`control`: of the payment provider's stand-in. `chargers`, `guests`: by the names that scripts use."""

    @property
    def script(self) -> Script: ...

    @property
    def stage(self) -> Stage: ...

    @property
    def time(self) -> DayTime: ...

    @property
    def calendar(self) -> Calendar: ...

    @property
    def policy(self) -> Policy: ...

    @property
    def control(self) -> StripeApiControl: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def connectors(self) -> Mapping[tuple[str, int], int]:
        """Ids, by charger and number."""
        ...

    @property
    def truth(self) -> Truth: ...

    @property
    def chargers(self) -> Mapping[str, Charger]: ...

    @property
    def guests(self) -> Mapping[str, Guest]: ...

    def site_of(self, charger_id: str) -> int: ...

    async def settle(self) -> None:
        """Until nothing is left to be done before time passes."""
        ...

    def do_at(self, deed: Deed) -> None: ...

    def tell(self, what: str) -> None:
        """For the day's story."""
        ...
