"""A site where all of noon is booked, and what becomes free of it."""

from dataclasses import replace
from datetime import timedelta

from domain.terms.policy import Policy
from tests.activities.queue.list_desk import Town
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot_rules, plant


async def full(town: Town, *, chargers: int = 1, policy: Policy | None = None) -> list[str]:
    """All of noon is booked; by whom."""
    policy = replace(
        policy or make_policy(), open_reservations_per_driver=9, slots=make_slot_rules(buffer=timedelta(0))
    )
    await plant(town.sessions, make_seed(make_site(chargers=chargers, zone="UTC"), policy=policy))
    for number in range(chargers):
        await town.books(f"b{number}")
    return [f"b{number}" for number in range(chargers)]


async def frees(town: Town, name: str) -> None:
    await town.gives_back(make_booking(name))
