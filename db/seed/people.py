"""What a seed says of drivers and their cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.cards import ANYBODY, lay_card, lay_driver, lock_card_named
from db.queries.whose_drivers import lock_entries
from db.seed.checks import told
from db.seed.plan import DriverSeed
from domain.charging.tokens import normalised_token


async def seed_drivers(session: AsyncSession, drivers: Sequence[DriverSeed], now: datetime) -> int:
    """In the order of `db.queries.lock_order`; how many there were not before. Raises SeedInvalid for a card that
    cannot be the driver's.
    """
    made = 0
    entries = await lock_entries(session, {driver.id for driver in drivers if driver.fleet_id is not None})
    for driver in sorted(drivers, key=lambda one: one.id):
        said = {
            "fleet_id": driver.fleet_id,
            "stripe_customer": driver.stripe_customer,
            "blocked": driver.blocked,
        }
        made += (await lay_driver(session, driver.id, _said(said), now, sown=True, entries=entries)).made
    cards = {normalised_token(value): driver for driver in drivers for value in driver.rfid}
    for value, driver in sorted(cards.items(), key=lambda one: one[0]):
        of_card = _said({"group_id": driver.group_id, "expires_at": driver.expires_at})
        await lock_card_named(session, value)
        with told(f"driver {driver.id}: rfid"):
            await lay_card(session, value, driver.id, of_card, now, former=ANYBODY, sown=True)
    return made


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """What is not said stays as it is."""
    return {name: value for name, value in values.items() if value is not None}
