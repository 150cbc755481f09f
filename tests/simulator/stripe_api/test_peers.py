"""What three independent answers have in common: ours, `localstripe`'s and, with a test key, Stripe's own.

`localstripe` gives no codes with most refusals and knows fewer parameters, so only what it supports is asked.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import stripe

from simulator.stripe_api.server import running_stripe_api
from tests.simulator.stripe_api.localstripe_peer import folder, running_localstripe
from tests.simulator.stripe_api.real_client import client_at, client_of, real_client, real_key

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

CARDS_ONLY = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}


@dataclass(frozen=True)
class Peer:
    """Somebody who answers as Stripe does, and what else they must be told about a payment by card."""

    client: stripe.StripeClient
    cards_only: dict[str, Any] = field(default_factory=dict)
    counts_released: bool = False
    """Is what a capture releases counted as refunded, as Stripe did before 2025-03-31?"""

    async def pay(self, card: str = "pm_card_visa", *, manual: bool = False) -> stripe.PaymentIntent:
        customer = await self.client.v1.customers.create_async()
        method = await self.client.v1.payment_methods.attach_async(card, {"customer": customer.id})
        params: Any = {
            "amount": 2500,
            "currency": "eur",
            "capture_method": "manual" if manual else "automatic",
            "customer": customer.id,
            "payment_method": method.id,
            "confirm": True,
            **self.cards_only,
        }
        return await self.client.v1.payment_intents.create_async(params)

    async def setup(self) -> stripe.SetupIntent:
        customer = await self.client.v1.customers.create_async()
        params: Any = {"customer": customer.id, **self.cards_only}
        return await self.client.v1.setup_intents.create_async(params)

    async def charge(self, intent: stripe.PaymentIntent) -> stripe.Charge:
        return await self.client.v1.charges.retrieve_async(_id(intent.latest_charge))


def _id(reference: str | stripe.Charge | None) -> str:
    return reference.id if isinstance(reference, stripe.Charge) else str(reference)


@asynccontextmanager
async def ours(scratch: Path) -> AsyncIterator[Peer]:
    async with running_stripe_api() as api, client_of(api) as client:
        yield Peer(client, CARDS_ONLY)


@asynccontextmanager
async def theirs(scratch: Path) -> AsyncIterator[Peer]:
    async with running_localstripe(scratch) as address, client_at(address, "sk_test_peer") as client:
        yield Peer(client, counts_released=True)


@asynccontextmanager
async def stripes(scratch: Path) -> AsyncIterator[Peer]:
    async with real_client() as client:
        yield Peer(client, CARDS_ONLY)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(ours, id="ours"),
        pytest.param(
            theirs,
            id="localstripe",
            marks=pytest.mark.skipif(not folder().exists(), reason="localstripe: `make stripe-peer` once"),
        ),
        *([pytest.param(stripes, id="stripe")] if real_key() else []),
    ],
)
async def peer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Peer]:
    async with request.param(tmp_path_factory.mktemp("peer")) as running:
        yield running


async def test_a_hold_is_captured_in_part(peer: Peer) -> None:
    held = await peer.pay(manual=True)
    assert held.status == "requires_capture"
    assert not (await peer.charge(held)).captured
    done = await peer.client.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 1900})
    charge = await peer.charge(done)
    assert (done.status, charge.captured) == ("succeeded", True)
    assert charge.amount_refunded == (600 if peer.counts_released else 0)


async def test_a_hold_is_released(peer: Peer) -> None:
    held = await peer.pay(manual=True)
    assert (await peer.client.v1.payment_intents.cancel_async(held.id)).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        await peer.client.v1.payment_intents.cancel_async(held.id)


async def test_a_card_that_was_kept_may_be_declined(peer: Peer) -> None:
    with pytest.raises(stripe.CardError) as declined:
        await peer.pay("pm_card_chargeCustomerFail")
    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")


async def test_a_declined_card_is_not_kept(peer: Peer) -> None:
    customer = await peer.client.v1.customers.create_async()
    with pytest.raises(stripe.CardError) as declined:
        await peer.client.v1.payment_methods.attach_async(
            "pm_card_visa_chargeDeclined", {"customer": customer.id}
        )
    assert declined.value.code == "card_declined"


async def test_what_was_paid_is_given_back_in_part(peer: Peer) -> None:
    paid = await peer.pay()
    assert paid.status == "succeeded"
    refund = await peer.client.v1.refunds.create_async({"payment_intent": paid.id, "amount": 700})
    assert (refund.status, refund.amount) == ("succeeded", 700)
    listed = await peer.client.v1.refunds.list_async({"payment_intent": paid.id})
    assert [item.id for item in listed.data] == [refund.id]
    assert (await peer.charge(paid)).amount_refunded == 700


async def test_a_card_is_saved_by_a_setup(peer: Peer) -> None:
    setup = await peer.setup()
    assert (setup.status, setup.usage) == ("requires_payment_method", "off_session")
    assert setup.client_secret
    done = await peer.client.v1.setup_intents.confirm_async(setup.id, {"payment_method": "pm_card_visa"})
    assert done.status == "succeeded"
    assert (await peer.client.v1.setup_intents.retrieve_async(setup.id)).payment_method


async def test_a_declined_card_is_not_saved_by_a_setup(peer: Peer) -> None:
    setup = await peer.setup()
    with pytest.raises(stripe.CardError) as declined:
        await peer.client.v1.setup_intents.confirm_async(
            setup.id, {"payment_method": "pm_card_visa_chargeDeclined"}
        )
    assert declined.value.code == "card_declined"


async def test_a_setup_is_cancelled(peer: Peer) -> None:
    setup = await peer.setup()
    assert (await peer.client.v1.setup_intents.cancel_async(setup.id)).status == "canceled"


async def test_a_method_is_taken_off_its_customer(peer: Peer) -> None:
    customer = await peer.client.v1.customers.create_async()
    method = await peer.client.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    assert method.customer == customer.id
    assert (await peer.client.v1.payment_methods.detach_async(method.id)).customer is None


async def test_what_nobody_made_is_missing(peer: Peer) -> None:
    for retrieve in (
        peer.client.v1.payment_intents.retrieve_async,
        peer.client.v1.setup_intents.retrieve_async,
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await retrieve("unknown_1")
        assert refused.value.http_status == 404
