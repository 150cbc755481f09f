"""SetupIntents through the real client: cards saved for charges in their holder's absence."""

import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi
from tests.simulator.stripe_api.webhook_receiver import WebhookReceiver

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

CARDS_ONLY = {"enabled": True, "allow_redirects": "never"}
ON_SETUP = "pm_card_authenticationRequiredOnSetup"
ALWAYS = "pm_card_authenticationRequired"


async def setup(
    client: stripe.StripeClient, method: str | None = "pm_card_visa", **more: object
) -> stripe.SetupIntent:
    params: dict[str, object] = {"automatic_payment_methods": CARDS_ONLY, **more}
    if method is not None:
        params |= {"payment_method": method, "confirm": True}
    return await client.v1.setup_intents.create_async(params)  # type: ignore[arg-type] # built from parts


async def absent(client: stripe.StripeClient, customer: str, method: str) -> stripe.PaymentIntent:
    return await client.v1.payment_intents.create_async(
        {
            "amount": 2500,
            "currency": "eur",
            "capture_method": "manual",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "customer": customer,
            "payment_method": method,
            "confirm": True,
            "off_session": True,
            "expand": ["latest_charge"],
        }
    )


async def test_a_card_is_saved_without_money_and_charged_later_in_its_holders_absence(
    client: stripe.StripeClient,
) -> None:
    customer = (await client.v1.customers.create_async()).id
    saved = await setup(client, customer=customer, metadata={"reservation": "R-1"})
    assert (saved.status, saved.usage, saved.customer) == ("succeeded", "off_session", customer)
    assert (saved.next_action, saved.last_setup_error, saved.livemode) == (None, None, False)
    listed = await client.v1.payment_methods.list_async({"customer": customer, "type": "card"})
    assert [item.id for item in listed.data] == [saved.payment_method]
    again = await client.v1.setup_intents.retrieve_async(saved.id)
    assert again.metadata is not None
    assert again.metadata["reservation"] == "R-1"
    assert (await absent(client, customer, str(saved.payment_method))).status == "requires_capture"


async def test_a_setup_without_a_method_waits_for_one(client: stripe.StripeClient) -> None:
    waiting = await setup(client, None)
    assert (waiting.status, waiting.client_secret is not None) == ("requires_payment_method", True)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.setup_intents.confirm_async(waiting.id)
    assert refused.value.code == "setup_intent_unexpected_state"
    done = await client.v1.setup_intents.confirm_async(waiting.id, {"payment_method": "pm_card_visa"})
    assert done.status == "succeeded"


async def test_a_cancelled_setup_saves_nothing_more(client: stripe.StripeClient) -> None:
    waiting = await setup(client, None)
    gone = await client.v1.setup_intents.cancel_async(waiting.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "abandoned")
    for again in (client.v1.setup_intents.cancel_async, client.v1.setup_intents.confirm_async):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await again(waiting.id)
        assert (refused.value.http_status, refused.value.code) == (400, "setup_intent_unexpected_state")
        assert refused.value.error is not None
        assert refused.value.error.setup_intent is not None
        assert refused.value.error.setup_intent.status == "canceled"


async def test_a_declined_card_is_not_saved(client: stripe.StripeClient) -> None:
    customer = (await client.v1.customers.create_async()).id
    with pytest.raises(stripe.CardError) as declined:
        await setup(client, "pm_card_chargeDeclined", customer=customer)
    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")
    assert declined.value.error is not None
    failed = declined.value.error.setup_intent
    assert failed is not None
    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    with pytest.raises(stripe.CardError):
        await client.v1.payment_methods.attach_async("pm_card_chargeDeclined", {"customer": customer})
    assert (await client.v1.payment_methods.list_async({"customer": customer})).data == []


async def test_a_card_may_be_saved_whose_charges_are_declined_later(client: stripe.StripeClient) -> None:
    customer = (await client.v1.customers.create_async()).id
    saved = await setup(client, "pm_card_chargeCustomerFail", customer=customer)
    assert saved.status == "succeeded"
    with pytest.raises(stripe.CardError) as declined:
        await absent(client, customer, str(saved.payment_method))
    assert declined.value.code == "card_declined"


async def test_a_bank_that_always_wants_its_customer_declines_an_absent_one_who_then_pays_present(
    client: stripe.StripeClient,
) -> None:
    customer = (await client.v1.customers.create_async()).id
    method = (await client.v1.payment_methods.attach_async(ALWAYS, {"customer": customer})).id
    with pytest.raises(stripe.CardError) as declined:
        await absent(client, customer, method)
    assert (declined.value.http_status, declined.value.code) == (402, "authentication_required")
    assert declined.value.error is not None
    failed = declined.value.error.payment_intent
    assert failed is not None
    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.decline_code == "authentication_required"
    assert failed.last_payment_error.payment_method is not None
    assert failed.last_payment_error.payment_method.id == method
    present = await client.v1.payment_intents.confirm_async(failed.id, {"payment_method": method})
    assert (present.status, present.next_action is not None) == ("requires_action", True)


async def test_an_absent_holder_who_never_authenticated_is_declined(client: stripe.StripeClient) -> None:
    customer = (await client.v1.customers.create_async()).id
    method = (await client.v1.payment_methods.attach_async(ON_SETUP, {"customer": customer})).id
    with pytest.raises(stripe.CardError) as declined:
        await absent(client, customer, method)
    assert declined.value.code == "authentication_required"


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"usage": "sometimes"}, None, "usage"),
        ({"customer": "cus_unknown"}, "resource_missing", "customer"),
        ({"payment_method": "pm_unknown"}, "resource_missing", "payment_method"),
        ({"amount": 100}, "parameter_unknown", "amount"),
    ],
)
async def test_bad_parameters_are_refused_by_name(
    client: stripe.StripeClient, change: dict[str, object], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await setup(client, None, **change)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)


async def test_the_holder_authenticates_once_and_is_not_asked_in_their_absence(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    customer = (await client.v1.customers.create_async()).id
    asked = await setup(client, ON_SETUP, customer=customer)
    assert (asked.status, asked.next_action is not None) == ("requires_action", True)
    assert (await api.finish_setup(asked.id))["status"] == "succeeded"
    assert (await absent(client, customer, str(asked.payment_method))).status == "requires_capture"
    assert await api.webhooks_settled()
    assert [kind for kind in receiver.types() if kind.startswith("setup_intent.")] == [
        "setup_intent.created",
        "setup_intent.requires_action",
        "setup_intent.succeeded",
    ]


async def test_a_failed_challenge_saves_nothing(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    customer = (await client.v1.customers.create_async()).id
    asked = await setup(client, ALWAYS, customer=customer)
    failed = await api.finish_setup(asked.id, succeed=False)
    assert failed["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    assert (await client.v1.payment_methods.list_async({"customer": customer})).data == []
    assert await api.webhooks_settled()
    assert receiver.types()[-1] == "setup_intent.setup_failed"


async def test_the_drivers_app_saves_what_the_server_asked_for(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    waiting = await setup(client, None)
    assert (await api.save_method(waiting.id, "pm_card_chargeDeclined"))[
        "status"
    ] == "requires_payment_method"
    assert (await api.save_method(waiting.id))["status"] == "succeeded"
