"""What is put together for a payer's bank says what really happened: the story as it is shown, what the customer was
told, and the receipt by its number.
"""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.documents.issuing import DocumentIssuer, Issuing
from activities.money.stripe_gateway import StripeGateway
from delivery.relay import Relay
from domain.documents.content import Issuer
from runtime.relays import movements
from tests.whole_stack.answers import accepted, eventually
from tests.whole_stack.place import new_place
from tests.whole_stack.stack import Stack
from tests.whole_stack.test_terminated import charging, read

WH = 4000
ISSUER = Issuer(
    name="Power Ltd.", address=("1 Main Street", "10115 Berlin"), country="DE", tax_id="DE123456789",
    registration="", contact="", footer="", series="EV-",
)  # fmt: skip


async def test_evidence_has_the_story_the_messages_and_the_number_of_the_receipt(stack: Stack) -> None:
    async with new_place(stack) as place:
        trip, charger = await charging(place)
        await charger.charge(1, WH)
        await charger.unplug(1)
        await trip.closed()
        await DocumentIssuer(stack.sessions, Issuing(issuer=ISSUER)).issue_all(datetime.now(UTC))
        (paid,) = [one for one in await trip.intents() if one["amount_received"]]
        dispute = (await stack.stripe.dispute(paid["id"]))["id"]
        await stack.stripe.webhooks_flushed()
        engine: AsyncEngine = stack.sessions.kw["bind"]
        stripe = StripeGateway(stack.stripe.api_key, stack.stripe.base_url)
        try:
            relay = Relay(engine, movements(engine, stripe))

            async def is_staged() -> bool:
                await relay.deliver_all()
                return bool((await stripe.disputes.retrieve(dispute)).evidence)

            await eventually(is_staged)
            evidence = (await stripe.disputes.retrieve(dispute)).evidence
        finally:
            await stripe.aclose()
        story = (await trip.view())["timeline"]
        assert {"confirmed", "charging_started", "settled"} <= {one["code"] for one in story}
        for one in story:
            assert one["text"] in evidence["access_activity_log"]
        told = await read(trip, "notifications")
        assert told
        for notice in told:
            assert notice["text"] in evidence["uncategorized_text"]
        listed = accepted(await stack.http.get("/v1/documents", headers=place.driver()))["items"]
        (receipt,) = [one for one in listed if one["reservation"] == trip.code]
        assert receipt["number"] in evidence["uncategorized_text"]
        assert trip.code in evidence["product_description"]
        assert "Shown before booking and accepted" in evidence["cancellation_policy_disclosure"]
