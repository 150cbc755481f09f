"""Deposits paid in the app: Stripe's webhooks over the API's socket, in whatever disorder they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.event_watch import EventWatch
from domain.reservation.code import reservation_code
from domain.terms.debts import DebtRules
from domain.terms.payments import PaymentModel, PaymentRules, TrustRules
from tests.api.stage import assert_problem, publish, view_of
from tests.whole_stack.answers import eventually, fresh_key
from tests.whole_stack.place import DECLINED_CARD, Place, Trip, new_place
from tests.whole_stack.rules import euros, in_seconds, seconds, weeks_ahead
from tests.whole_stack.stack import Stack

DISORDER: list[dict[str, Any]] = [
    {},
    {"duplicate": 2},
    {"delay_seconds": 0.3},
    {"reorder": 4},
    {"duplicate": 1, "delay_seconds": 0.1, "reorder": 4},
]


@pytest.fixture(autouse=True)
async def orderly_again(stack: Stack) -> AsyncIterator[None]:
    yield
    await stack.stripe.misbehave()
    await stack.stripe.webhooks_flushed()


@pytest.mark.parametrize("disorder", DISORDER, ids=str)
async def test_a_payment_in_the_app_confirms(place: Place, disorder: dict[str, Any]) -> None:
    stripe = place.stack.stripe
    await stripe.misbehave(**disorder)
    trip, intent = await to_be_paid(place)
    refused = await stripe.pay(intent, DECLINED_CARD)
    assert refused["status"] == "requires_payment_method"
    assert (await stripe.pay(intent))["status"] == "requires_capture"
    await stripe.webhooks_flushed()
    view = await trip.until("CONFIRMED")
    assert view["money"]["payment_status"] == "authorised"
    assert await trip.money() == [("requires_capture", 0)]
    assert len(await place.open_holds(trip.code)) == 1


async def test_a_payment_whose_webhook_is_lost_is_found_before_the_hold_is_given_up(stack: Stack) -> None:
    async with new_place(stack, policy=in_seconds(payment_ttl=seconds(1.5))) as place:
        await stack.stripe.misbehave(drop=100)
        trip, intent = await to_be_paid(place)
        await stack.stripe.pay(intent)
        await trip.until("CONFIRMED")


async def test_a_payment_never_made_expires_and_holds_nothing(stack: Stack) -> None:
    async with new_place(stack, policy=in_seconds(payment_ttl=seconds(0.5))) as place:
        trip, _ = await to_be_paid(place)
        assert (await trip.closed())["state"] == "EXPIRED"
        assert await place.open_holds() == []
        assert await trip.money() == [("canceled", 0)]


async def test_a_payment_never_made_leaves_the_quote_to_the_next_booking(stack: Stack) -> None:
    async with new_place(stack, policy=in_seconds(payment_ttl=seconds(0.5))) as place:
        asked = {name: place.booking()[name] for name in ("site_id", "start", "end")}
        quote = (await stack.http.post("/v1/quotes", json=asked, headers=place.driver())).json()["id"]
        first = await place.book(payment_method=None, quote=quote)
        assert first.json()["outcome"] == "payment_required"
        trip = Trip(place=place, code=first.json()["reservation"]["code"])
        assert (await trip.closed())["state"] == "EXPIRED"
        await place.booked(quote=quote)
        assert_problem(await place.book(quote=quote), 409, "quote_used")


async def test_a_card_opens_nothing_before_the_deposit_is_paid(place: Place) -> None:
    charger = await place.charger("1.6")
    trip, intent = await to_be_paid(place, start=5)
    assert not await charger.swipe(1, place.card())
    await place.stack.stripe.pay(intent)
    await trip.until("LOCKED")
    assert await charger.swipe(1, place.card())


async def test_who_is_trusted_books_without_a_card_until_they_do_not_come(stack: Stack) -> None:
    """Nobody has a card of theirs, so what that costs is owed. The next booking asks for a deposit."""
    rules = PaymentRules(trusted=TrustRules(visits=1, within=timedelta(days=30)))
    lenient = DebtRules(bars_bookings=False)
    async with new_place(stack, policy=in_seconds(payments=rules, debts=lenient)) as place:
        first = await to_be_paid(place)
        await came_once(place)
        await place.charger("1.6")
        trip = await place.booked(start=2, lasts=3, payment_method=None)
        view = await trip.view()
        assert (view["terms"]["payer"]["kind"], view["money"]["deposit_minor"]) == ("trusted", 0)
        assert await trip.money() == []
        assert (await trip.closed())["state"] == "NO_SHOW"
        again, _ = await to_be_paid(place, start=7200)
        assert first[0].code != again.code


async def test_where_only_members_book_an_operator_lets_somebody_in(stack: Stack) -> None:
    rules = PaymentRules(model=PaymentModel.MEMBERSHIP)
    nothing = euros(0)
    async with new_place(
        stack, policy=in_seconds(payments=rules, deposit=nothing, reservation_fee=nothing)
    ) as place:
        refused = await place.book(payment_method=None)
        assert (refused.status_code, refused.json()["code"]) == (403, "membership_required")
        assert await place.open_holds() == []
        given = await stack.http.post(
            "/v1/operations/memberships",
            json={"driver_id": f"{place.site_id}-anna", "site_id": place.site_id},
            headers=place.operator | {"Idempotency-Key": fresh_key()},
        )
        assert given.status_code == 201, given.text
        trip = await place.booked(payment_method=None)
        assert (await trip.view())["terms"]["payer"]["kind"] == "member"
        assert (await place.book(payment_method=None, who="ben")).status_code == 403


async def came_once(place: Place) -> None:
    """`anna`, three days ago."""
    began = datetime.now(UTC) - timedelta(days=3)
    visit = view_of(
        reservation_code(place.site_id, "came"),
        state="COMPLETED",
        driver_id=f"{place.site_id}-anna",
        site_id=place.site_id,
        slot_start=began,
        slot_end=began + timedelta(hours=1),
    )
    await publish(place.stack.sessions, visit, closed=True)


async def test_an_authorisation_cancelled_at_the_provider_is_placed_anew_though_its_webhook_is_lost(
    stack: Stack,
) -> None:
    async with new_place(stack, policy=weeks_ahead()) as place, watched_events(stack):
        trip, intent = await to_be_paid(place)
        await stack.stripe.pay(intent)
        await trip.until("CONFIRMED")
        await stack.stripe.misbehave(drop=100)
        await stack.stripe.cancel_by_hand(intent)

        async def held_anew() -> bool:
            return sorted(await trip.money()) == [("canceled", 0), ("requires_capture", 0)]

        await eventually(held_anew)
        assert (await trip.view())["money"]["payment_status"] == "authorised"


@asynccontextmanager
async def watched_events(stack: Stack) -> AsyncIterator[None]:
    """The worker's loop, in more of a hurry."""
    stripe, stop = StripeGateway(stack.stripe.api_key, stack.stripe.base_url), asyncio.Event()
    watching = asyncio.create_task(EventWatch(stack.sessions, stripe, timedelta(seconds=1)).run(stop))
    try:
        yield
    finally:
        stop.set()
        await watching
        await stripe.aclose()


async def to_be_paid(place: Place, start: float = 3600) -> tuple[Trip, str]:
    """A booking without a card; the PaymentIntent its driver is to complete."""
    response = await place.book(start, payment_method=None)
    assert response.status_code == 201, response.text
    answer = response.json()
    assert answer["outcome"] == "payment_required"
    trip = Trip(place=place, code=answer["reservation"]["code"])
    return trip, str(answer["client_secret"]).split("_secret")[0]


async def test_a_card_is_saved_for_a_slot_weeks_ahead_and_nothing_is_held(stack: Stack) -> None:
    async with new_place(stack, policy=weeks_ahead()) as place:
        response = await place.book(20 * 86_400, payment_method=None)
        answer = response.json()
        assert answer["outcome"] == "payment_required"
        setup = str(answer["client_secret"]).split("_secret")[0]
        assert (await stack.stripe.save_method(setup))["status"] == "succeeded"
        trip = Trip(place=place, code=answer["reservation"]["code"])
        money = (await trip.until("CONFIRMED"))["money"]
        assert money["payment_status"] == "card_saved"
        assert money["authorised_from"] is not None
        assert await trip.money() == []


async def test_an_authorisation_cancelled_at_the_provider_is_placed_anew_within_a_minute(
    stack: Stack,
) -> None:
    async with new_place(stack, policy=weeks_ahead()) as place:
        trip, intent = await to_be_paid(place)
        await stack.stripe.pay(intent)
        await trip.until("CONFIRMED")
        await stack.stripe.cancel_by_hand(intent)

        async def held_anew() -> bool:
            return sorted(await trip.money()) == [("canceled", 0), ("requires_capture", 0)]

        await eventually(held_anew)
        assert (await trip.view())["money"]["payment_status"] == "authorised"
