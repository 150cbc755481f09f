"""Customers through the real client: kept, and deleted with what was kept for them."""

import pytest
import stripe

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


async def customer_with_card(client: stripe.StripeClient) -> tuple[str, str]:
    customer = await client.v1.customers.create_async({"description": "driver"})
    method = await client.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    return customer.id, method.id


async def charge(
    client: stripe.StripeClient, method: str, customer: str | None = None
) -> stripe.PaymentIntent:
    params: dict[str, object] = {
        "amount": 500,
        "currency": "eur",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "payment_method": method,
        "confirm": True,
    }
    if customer is not None:
        params["customer"] = customer
    return await client.v1.payment_intents.create_async(params)  # type: ignore[arg-type] # built from parts


async def test_a_deleted_customer_can_be_read_and_used_for_nothing(client: stripe.StripeClient) -> None:
    customer, method = await customer_with_card(client)
    gone = await client.v1.customers.delete_async(customer)
    assert (gone.id, gone.deleted) == (customer, True)
    assert (await client.v1.customers.retrieve_async(customer)).deleted
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await charge(client, "pm_card_visa", customer)
    assert (refused.value.http_status, refused.value.code) == (400, "resource_missing")
    assert refused.value.param == "customer"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.setup_intents.create_async({"customer": customer})
    assert (refused.value.code, refused.value.param) == ("resource_missing", "customer")
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.delete_async(customer)
    assert (await client.v1.payment_methods.retrieve_async(method)).customer is None


async def test_the_method_of_a_deleted_customer_is_not_charged(client: stripe.StripeClient) -> None:
    customer, method = await customer_with_card(client)
    await client.v1.customers.delete_async(customer)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await charge(client, method)
    assert refused.value.http_status == 400


async def test_a_method_no_customer_keeps_is_charged_once(client: stripe.StripeClient) -> None:
    first = await charge(client, "pm_card_visa")
    assert first.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await charge(client, str(first.payment_method))
    assert refused.value.http_status == 400


async def test_a_detached_method_is_not_attached_again(client: stripe.StripeClient) -> None:
    customer, method = await customer_with_card(client)
    await client.v1.payment_methods.detach_async(method)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payment_methods.attach_async(method, {"customer": customer})
