"""A fleet that pays by invoice: its driver books without a card, does not come, and the fleet owes the fee."""

from sqlalchemy import update

from db.tables import Driver
from tests.whole_stack.answers import bearer
from tests.whole_stack.place import Place, new_place
from tests.whole_stack.rules import NO_SHOW_FEE
from tests.whole_stack.stack import Stack

PARTY = {"name": "Vans GmbH", "address": ["Hof 3", "24103 Kiel"], "country": "DE"}


async def account(place: Place, **over: object) -> None:
    """Of the fleet of `anna`."""
    fleet = f"{place.site_id}-fleet"
    async with place.stack.sessions.begin() as session:
        mine = Driver.id == f"{place.site_id}-anna"
        await session.execute(update(Driver).where(mine).values(fleet_id=fleet))
    body = {"party": PARTY, "currency": "EUR", "days_to_pay": 14, "limit_minor": 400} | over
    path = f"/v1/operations/invoice-accounts/{fleet}"
    answer = await place.stack.http.put(path, json=body, headers=place.operator)
    assert answer.status_code == 200, answer.text


async def test_a_driver_of_an_account_books_without_a_card_until_it_owes_too_much(stack: Stack) -> None:
    async with new_place(stack) as place:
        await account(place)
        await place.charger("1.6")
        trip = await place.booked(start=2, lasts=3, payment_method=None)
        view = await trip.view()
        assert (view["terms"]["payer"]["kind"], view["money"]["deposit_minor"]) == ("invoice", 0)
        closed = await trip.closed()
        assert (closed["state"], closed["money"]["invoiced_minor"]) == ("NO_SHOW", NO_SHOW_FEE)
        assert (closed["money"]["captured_minor"], closed["money"]["outstanding_minor"]) == (0, 0)
        assert await trip.money() == []
        fleet = bearer(stack.issuer.fleet(f"{place.site_id}-fleet"))
        owed = (await stack.http.get("/v1/invoice-account", headers=fleet)).json()
        assert [(one["reservation"], one["left_minor"], one["age"]) for one in owed["items"]] == [
            (trip.code, NO_SHOW_FEE, "not_due")
        ]
        refused = await place.book(payment_method=None)
        assert (refused.status_code, refused.json()["code"]) == (402, "invoice_account_unusable")
        assert await place.open_holds() == []
        await account(place, limit_minor=None)
        assert (await place.book(payment_method=None)).status_code == 201
