"""PaymentIntents through the real client: states, money and refusals."""

from typing import Any

import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

HOLD = {
    "amount": 2500,
    "currency": "eur",
    "capture_method": "manual",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}


async def confirmed(
    client: stripe.StripeClient, method: str = "pm_card_visa", **more: object
) -> stripe.PaymentIntent:
    params = {**HOLD, "confirm": True, "payment_method": method, **more}
    return await client.v1.payment_intents.create_async(params)  # type: ignore[arg-type] # built from parts


async def test_a_manual_intent_is_authorised_then_captured_in_part_and_the_rest_released(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    intent = await confirmed(client, metadata={"reservation": "R-1"}, expand=["latest_charge"])
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 2500, 0)
    assert intent.metadata["reservation"] == "R-1"
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert (charge.captured, charge.payment_method_details.card.last4) == (False, "4242")

    done = await client.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 1900})
    charge = await client.v1.charges.retrieve_async(charge.id)
    assert (done.status, done.amount_capturable, done.amount_received) == ("succeeded", 0, 1900)
    assert (charge.captured, charge.amount_captured, charge.refunded) == (True, 1900, False)
    assert charge.amount_refunded == 0
    assert (await client.v1.refunds.list_async({"payment_intent": intent.id})).data == []
    assert (await api.dump())["totals"] == {"eur": {"captured": 1900, "refunded": 0, "authorized": 0}}


async def test_capturing_more_than_authorised_is_refused_and_changes_nothing(
    client: stripe.StripeClient,
) -> None:
    intent = await confirmed(client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 2501})
    assert (refused.value.code, refused.value.param) == ("amount_too_large", "amount_to_capture")
    assert (await client.v1.payment_intents.retrieve_async(intent.id)).amount_capturable == 2500


async def test_capturing_less_than_the_least_charge_is_refused_and_changes_nothing(
    client: stripe.StripeClient,
) -> None:
    intent = await confirmed(client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 49})
    assert (refused.value.code, refused.value.param) == ("amount_too_small", "amount_to_capture")
    assert (await client.v1.payment_intents.retrieve_async(intent.id)).amount_capturable == 2500


async def test_cancelling_an_authorisation_releases_it_once(client: stripe.StripeClient) -> None:
    intent = await confirmed(client)
    gone = await client.v1.payment_intents.cancel_async(intent.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.amount_capturable, gone.cancellation_reason) == ("canceled", 0, "abandoned")
    for again in (client.v1.payment_intents.cancel_async, client.v1.payment_intents.capture_async):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await again(intent.id)
        assert refused.value.code == "payment_intent_unexpected_state"
        assert refused.value.http_status == 400
        assert refused.value.error is not None
        assert refused.value.error.payment_intent is not None
        assert refused.value.error.payment_intent.status == "canceled"


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
async def test_a_declined_card_raises_a_card_error_and_leaves_the_intent_waiting_for_another(
    client: stripe.StripeClient, method: str, code: str, decline_code: str
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        await confirmed(client, method)
    assert (declined.value.http_status, declined.value.code) == (402, code)
    assert declined.value.error is not None
    assert declined.value.error.decline_code == decline_code
    assert declined.value.error.payment_intent is not None
    intent_id = declined.value.error.payment_intent.id
    again = await client.v1.payment_intents.confirm_async(intent_id, {"payment_method": "pm_card_mastercard"})
    assert (again.status, again.last_payment_error) == ("requires_capture", None)


@pytest.mark.parametrize("method", ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required"])
async def test_authentication_is_asked_of_a_present_driver_and_declined_for_an_absent_one(
    client: stripe.StripeClient, api: RunningStripeApi, method: str
) -> None:
    present = await confirmed(client, method)
    assert present.status == "requires_action"
    assert present.next_action is not None
    assert (await api.finish_action(present.id))["status"] == "requires_capture"

    with pytest.raises(stripe.CardError) as absent:
        await confirmed(client, method, off_session=True)
    assert absent.value.code == "authentication_required"


async def test_a_failed_challenge_takes_the_method_off(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    intent = await confirmed(client, "pm_card_threeDSecure2Required")
    failed = await api.finish_action(intent.id, succeed=False)
    assert failed["status"] == "requires_payment_method"
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"


async def test_the_drivers_app_pays_what_the_server_created(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    intent = await client.v1.payment_intents.create_async({"amount": 500, "currency": "eur"})
    assert (intent.status, intent.client_secret is not None) == ("requires_payment_method", True)
    assert (await api.pay(intent.id, "pm_card_chargeDeclined"))["status"] == "requires_payment_method"
    assert (await api.pay(intent.id))["status"] == "succeeded"


async def test_confirming_with_redirecting_methods_needs_a_return_url(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.create_async(
            {"amount": 500, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
        )
    assert refused.value.param == "return_url"


async def test_confirming_without_a_method_is_an_unexpected_state(client: stripe.StripeClient) -> None:
    intent = await client.v1.payment_intents.create_async(HOLD)  # type: ignore[arg-type] # a plain dict
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.confirm_async(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"amount": 10}, "amount_too_small", "amount"),
        ({"amount": 10.5}, "parameter_invalid_integer", "amount"),
        ({"amount": -5}, "parameter_invalid_integer", "amount"),
        ({"amount": "1e3"}, "parameter_invalid_integer", "amount"),
        ({"amount": 10**9}, "amount_too_large", "amount"),
        ({"amount": None}, "parameter_missing", "amount"),
        ({"currency": None}, "parameter_missing", "currency"),
        ({"currency": "xxx"}, None, "currency"),
        ({"invented": 1}, "parameter_unknown", "invented"),
        ({"customer": "cus_unknown"}, "resource_missing", "customer"),
        ({"payment_method": "pm_unknown"}, "resource_missing", "payment_method"),
        ({"capture_method": "later"}, None, "capture_method"),
        ({"expand": ["secret"]}, None, "expand"),
    ],
)
async def test_bad_parameters_are_refused_by_name_and_create_nothing(
    client: stripe.StripeClient,
    api: RunningStripeApi,
    change: dict[str, object],
    code: str | None,
    param: str,
) -> None:
    params: Any = {**HOLD, **change}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.create_async(params)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
    assert (await api.dump())["payment_intents"] == []


async def test_lists_are_newest_first_in_pages(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async({"email": "driver@example.com"})
    made = [(await confirmed(client, customer=customer.id)).id for _ in range(5)]
    await confirmed(client)
    first = await client.v1.payment_intents.list_async({"customer": customer.id, "limit": 2})
    assert ([item.id for item in first.data], first.has_more) == (made[:2:-1], True)
    assert [item.id async for item in first.auto_paging_iter()] == made[::-1]
