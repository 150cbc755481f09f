"""What was promised by the booking: the yardstick of every later move, whatever happened in between."""

from domain.errors import ConnectorLesser
from domain.facts.refusals import LesserConnector
from domain.place.pool_facts import PoolFacts


def keeps_promise(pool: PoolFacts, *, plug: str | None, power_w: int) -> bool:
    """Never less power nor another plug; `plug` None: any."""
    return pool.power_w >= power_w and pool.has(plug)


def check_keeps_promise(pool: PoolFacts, booked: PoolFacts) -> None:
    """Raises ConnectorLesser."""
    if not keeps_promise(pool, plug=booked.connector_type, power_w=booked.power_w):
        raise ConnectorLesser(
            LesserConnector(
                booked_plug=booked.connector_type,
                booked_power_w=booked.power_w,
                plug=pool.connector_type,
                power_w=pool.power_w,
            )
        )
