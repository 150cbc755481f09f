"""What is free is asked once for all who wait for the same, whoever they are."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import event

from activities.queue.offering import offer_at
from db.documents import access_rules_to_document
from db.engine import create_engine, create_sessions
from db.seed import BaySeed
from db.tables import AccessRulesVersion
from domain.errors import NoAccess, NoFit, SiteClosed
from domain.place.fit import Needs
from domain.terms.access_rules import AccessLine, AccessRules, Who
from domain.terms.price_rules import WeeklySpan
from tests.activities.holds.hold_desk import NOW
from tests.activities.queue.list_desk import Town
from tests.factories import make_policy, make_seed, make_site, make_slot, make_slot_rules, plant

TAXIS = AccessLine(name="taxis", who=Who.GROUP, names=("taxis",), allow=True)
FLEET = AccessLine(name="fleet", who=Who.FLEET, names=("f-9",), pools=("other",), allow=False)
NOBODY_ELSE = AccessLine(name="nobody else", who=Who.PUBLIC, allow=False)


async def sets_access(town: Town, *lines: AccessLine) -> None:
    rules = AccessRules(lines=lines)
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
        await sets_access(town, TAXIS, FLEET)
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


async def test_who_could_be_given_nothing_whatever_becomes_free_does_not_wait(town: Town) -> None:
    site = make_site(
        chargers=1, zone="UTC", opening_hours="08:00-18:00", bays=(BaySeed(label="Bay 1", length_cm=500),)
    )
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(site, policy=policy))
    with pytest.raises(NoFit):
        await town.waits("van", needs=Needs(length_cm=900))
    with pytest.raises(SiteClosed):
        await town.waits("owl", make_slot(9 * 60, 180))
    await town.waits("car", make_slot(300, 180), needs=Needs(length_cm=450))
    evenings = replace(TAXIS, who=Who.PUBLIC, names=(), weekly=(WeeklySpan(start=time(16), end=time(20)),))
    await sets_access(town, TAXIS, evenings, NOBODY_ELSE)
    with pytest.raises(NoAccess):
        await town.waits("stranger")
    assert await town.round() == 1
    late = await town.waits("late", make_slot(180, 120))
    assert await town.round() == 1
    offer = (await town.entry(late)).offer
    assert offer is not None
    assert offer.slot.start == make_slot(240).start, "as soon as they may"


async def test_who_is_kept_out_meanwhile_is_passed_over_for_that(town: Town) -> None:
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC")))
    anna = await town.waits("anna")
    await sets_access(town, TAXIS, NOBODY_ELSE)
    assert await town.round() == 0
    assert (await town.entry(anna)).row.passed_over == "no_access"
