"""What is asked for when something is booked, and for whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.idempotency import is_known
from api.desk.principal import SCOPES_OF, Principal
from api.desk.refusals import UnusableValue
from db.tables import Driver
from domain.errors import UnknownDriver
from domain.facts.refused_people import NoSuchDriver
from domain.place.energy import EnergyAsked, EnergyWanted
from domain.place.fit import NO_NEEDS, Needs
from domain.place.slots import Slot
from domain.reservation.actions.action import Actor
from domain.reservation.guest import Guest
from domain.terms.drivers import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a caller asks for. `driver_id` None: for the caller; `payment_method`: a saved one, confirmed at once.
    Either `end` or `energy` is named. `bay`: the label of the one that they want; empty: whichever.
    `takes`: the energy, with what is known of the vehicle, once it has its end.

    `cost_center`, `reference`: for documents, until they are noted anew (`api.desk.documents`).
    """

    site_id: str
    start: datetime
    end: datetime | None = None
    energy: EnergyAsked | None = None
    pool_id: str | None = None
    connector_type: str | None = None
    payment_method: str | None = None
    driver_id: str | None = None
    quote: str | None = None
    cost_center: str = ""
    reference: str = ""
    connector_id: int | None = None
    needs: Needs = NO_NEEDS
    guest: Guest | None = None
    vehicle_id: str | None = None
    bay: str = ""
    takes: EnergyWanted | None = None

    @property
    def slot(self) -> Slot:
        """Of one whose end is known."""
        if self.end is None:
            raise ValueError("an order by energy gets its end first")
        return Slot(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHere:
    """On the spot: the connector that the driver stands at, as its code says, from now until `until`, or for as long
    as `energy` takes.
    """

    charger_id: str
    connector: int
    until: datetime | None = None
    energy: EnergyAsked | None = None
    payment_method: str | None = None
    needs: Needs = NO_NEEDS
    vehicle_id: str | None = None


async def customer_of(
    session: AsyncSession, principal: Principal, driver_id: str | None, *, record: str | None = None
) -> Customer:
    """Drivers book for themselves, fleets for their drivers. `driver_id` None: the caller. `record`: the key that it is
    on record by; one that is known has its answer, whosever driver that is by now.

    Raises ScopeMissing, UnusableValue, UnknownDriver.
    """
    principal.require(*SCOPES_OF[Actor.DRIVER])
    if driver_id is None or driver_id == principal.subject:
        if "driver" in principal.scopes:
            fleet_id = await session.scalar(select(Driver.fleet_id).where(Driver.id == principal.subject))
            return Customer(account=principal.subject, driver_id=principal.subject, fleet_id=fleet_id)
        if driver_id is None:
            raise UnusableValue("driver_id", "missing", "driver_id: a fleet names the driver it books for")
    fleet_id = principal.require_fleet()
    driver = await session.get(Driver, driver_id)
    if (driver is None or driver.fleet_id != fleet_id) and not (
        record is not None and await is_known(session, fleet_id, record)
    ):
        raise UnknownDriver(NoSuchDriver(driver_id=driver_id))
    return Customer(account=fleet_id, driver_id=driver_id, fleet_id=fleet_id)
