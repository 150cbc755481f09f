"""What is told when a wait is over: why what became free was not for them, or that nothing did."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from api.desk.waiting_answers import Acceptance
from api.v1.views.records import notification_out
from db.tables import Driver, Notification
from tests.activities.queue.full_site import frees, full
from tests.activities.queue.list_desk import Town, person
from tests.factories import make_policy, make_seed, make_site, make_slot, plant
from texts.languages import Language
from texts.reader import Reader


async def told_at_last(town: Town, name: str, by: str = "waiting_over") -> str:
    """What they are told of it, once."""
    async with town.sessions() as session:
        mine = select(Notification).where(Notification.driver_id == name, Notification.template == by)
        (told,) = (await session.scalars(mine)).all()
    return notification_out(told, Reader(Language.ENGLISH)).text


async def blocks(town: Town, name: str, *, blocked: bool) -> None:
    async with town.sessions.begin() as session:
        await session.execute(update(Driver).where(Driver.id == name).values(blocked=blocked))


@pytest.mark.parametrize("taken_again", [False, True])
async def test_who_was_kept_out_is_told_by_what_also_when_nothing_is_free_any_more(
    town: Town, *, taken_again: bool
) -> None:
    await full(town)
    anna = await town.waits("anna")
    await blocks(town, "anna", blocked=True)
    await frees(town, "b0")
    assert await town.round() == 0
    if taken_again:
        await town.books("b1")
        await town.round()
        assert (await town.entry(anna)).row.passed_over == ""
    town.now = anna.row.until
    await town.round()
    told = await told_at_last(town, "anna")
    assert "could not be offered to you: This account is blocked" in told


async def test_who_was_kept_out_and_then_asked_is_told_that_nothing_more_became_free(town: Town) -> None:
    await full(town)
    anna = await town.waits("anna")
    await blocks(town, "anna", blocked=True)
    await frees(town, "b0")
    await town.round()
    await blocks(town, "anna", blocked=False)
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    await town.answers.snooze(person("anna"), anna.row.id, offer.code)
    await town.books("b1")
    town.now = anna.row.until
    await town.round()
    assert (await told_at_last(town, "anna")).startswith("Nothing more became free for you")


async def test_who_is_elsewhere_when_it_is_free_is_told_that(town: Town) -> None:
    """Their reservation is at another site: it serves no wish here."""
    policy = make_policy(open_reservations_per_driver=9)
    for site_id in ("north", "south"):
        await plant(
            town.sessions, make_seed(make_site(site_id=site_id, chargers=1, zone="UTC"), policy=policy)
        )
    await town.books("own", driver_id="anna", account="anna", site_id="south", pool_id="south-dc")
    anna = await town.waits("anna")
    assert await town.round() == 0
    assert (await town.entry(anna)).row.passed_over == "driver_booked_already"
    town.now = anna.row.until
    await town.round()
    assert "There is another reservation at that time" in await told_at_last(town, "anna")


async def test_where_nothing_became_free_that_is_said(town: Town) -> None:
    await full(town)
    anna = await town.waits("anna", make_slot())
    town.now = anna.row.until
    await town.round()
    assert (await told_at_last(town, "anna")).startswith("Nothing became free for you")


async def test_whose_card_is_declined_when_nothing_can_be_offered_any_more_waits_for_nothing(
    town: Town,
) -> None:
    await full(town)
    anna = await town.waits("anna")
    town.now = anna.row.until - timedelta(minutes=9)
    await frees(town, "b0")
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    town.booking.declines = "payment_declined"
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    assert await town.states(anna) == ["over"]
    told = await told_at_last(town, "anna", "offer_not_booked")
    assert "could not be booked: The payment was declined; nothing more could be offered" in told
    again = await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    assert again.decision is not None
    assert again.decision.decline_code == "payment_declined"
