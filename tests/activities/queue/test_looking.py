"""What is free is asked once for all who wait for the same, whoever they are."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from activities.queue.offering import offer_at
from db.documents import access_rules_to_document
from db.engine import create_engine, create_sessions
from db.tables import AccessRulesVersion
from domain.place.fit import Needs
from domain.terms.access_rules import AccessLine, AccessRules, Who
from tests.activities.holds.hold_desk import NOW
from tests.activities.queue.list_desk import Town
from tests.factories import make_policy, make_seed, make_site, make_slot, make_slot_rules, plant


async def kept_for_others(town: Town) -> None:
    rules = AccessRules(
        lines=(
            AccessLine(name="taxis", who=Who.GROUP, names=("taxis",), allow=True),
            AccessLine(name="fleet", who=Who.FLEET, names=("f-9",), pools=("other",), allow=False),
        )
    )
    async with town.sessions.begin() as session:
        session.add(
            AccessRulesVersion(
                site_id="north", version=1, valid_from=NOW, document=access_rules_to_document(rules)
            )
        )


@pytest.mark.parametrize("rules", [False, True])
async def test_a_full_site_costs_as_much_for_twenty_as_for_two(
    town: Town, database_url: str, *, rules: bool
) -> None:
    """Each with a vehicle of their own, and at their own time."""
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    if rules:
        await kept_for_others(town)
    for number in range(4):
        await town.books(f"b{number}", make_slot(60 * number))
    engine, asked = create_engine(database_url, pool_size=2), list[str]()
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    counts = []
    for names in (range(2), range(2, 20)):
        for number in names:
            needs = Needs(length_cm=400 + number)
            await town.waits(f"d{number}", make_slot(15 * (number % 8), 120), needs=needs)
        asked.clear()
        assert await offer_at(create_sessions(engine), "north", lambda: town.now) == 0
        counts.append(len(asked))
    assert counts[0] == counts[1]
    await engine.dispose()
