"""Keys, unknown things, and requests that fail on the way."""

import asyncio
from pathlib import Path

import httpx
import pytest
import stripe

from simulator.stripe_api.faults import FaultKind
from simulator.stripe_api.server import RunningStripeApi, running_stripe_api
from tests.simulator.stripe_api.real_client import client_of

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

INTENTS = "/v1/payment_intents"


async def create(
    client: stripe.StripeClient, amount: int = 500, key: str = "key-1", about: str = "nothing"
) -> stripe.PaymentIntent:
    return await client.v1.payment_intents.create_async(
        {"amount": amount, "currency": "eur", "metadata": {"about": about}}, {"idempotency_key": key}
    )


async def test_another_key_is_refused(api: RunningStripeApi) -> None:
    async with client_of(api, api_key="sk_test_other") as stranger:
        with pytest.raises(stripe.AuthenticationError) as refused:
            await create(stranger)
    assert refused.value.http_status == 401
    assert refused.value.request_id is not None
    async with httpx.AsyncClient(base_url=api.base_url, trust_env=False) as raw:
        assert (await raw.get(INTENTS)).json()["error"]["type"] == "invalid_request_error"
        assert (await raw.get(INTENTS, auth=(api.api_key, ""))).status_code == 200


async def test_unknown_objects_and_routes_are_404(client: stripe.StripeClient) -> None:
    for retrieve in (
        client.v1.payment_intents.retrieve_async,
        client.v1.charges.retrieve_async,
        client.v1.refunds.retrieve_async,
        client.v1.customers.retrieve_async,
        client.v1.events.retrieve_async,
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await retrieve("unknown_1")
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


async def test_what_the_stand_in_does_not_have_is_an_unrecognized_url(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.plans.list_async()
    assert refused.value.http_status == 404


async def test_the_same_request_under_one_key_is_replayed(client: stripe.StripeClient, key: str) -> None:
    first, again = await create(client, key=key), await create(client, key=key)
    assert first.id == again.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


async def test_another_body_or_path_under_one_key_is_an_idempotency_error(
    client: stripe.StripeClient, key: str
) -> None:
    await create(client, key=key)
    with pytest.raises(stripe.IdempotencyError) as refused:
        await create(client, amount=501, key=key)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        await client.v1.customers.create_async({}, {"idempotency_key": key})


async def test_a_refused_parameter_may_be_corrected_under_its_key(
    client: stripe.StripeClient, key: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await create(client, amount=1, key=key)
    assert (await create(client, amount=100, key=key)).amount == 100


async def test_a_decline_is_replayed_without_a_second_attempt_at_the_card(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await client.v1.payment_intents.create_async(
                {
                    "amount": 500,
                    "currency": "eur",
                    "confirm": True,
                    "payment_method": "pm_card_chargeDeclined",
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                },
                {"idempotency_key": "declined"},
            )
    assert len((await api.dump())["charges"]) == 1


async def test_twenty_racing_creates_under_one_key_make_one_object(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    made = await asyncio.gather(*(create(client) for _ in range(20)))
    assert len({intent.id for intent in made}) == 1
    assert len((await api.dump())["payment_intents"]) == 1


async def test_a_key_in_flight_is_in_use(client: stripe.StripeClient, api: RunningStripeApi) -> None:
    await api.fail_next(FaultKind.HOLD, path=INTENTS)
    first = asyncio.create_task(create(client))
    await api.wait_until_held()
    with pytest.raises(stripe.StripeError) as refused:
        await create(client)
    assert refused.value.error is not None
    assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")
    await api.release_held()
    assert (await first).id == (await create(client)).id


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER])
async def test_a_broken_answer_is_retried_by_the_client_to_one_object(
    api: RunningStripeApi, kind: FaultKind
) -> None:
    await api.fail_next(kind, path=INTENTS)
    async with client_of(api, retries=2) as patient:
        intent = await create(patient)
    assert [item["id"] for item in (await api.dump())["payment_intents"]] == [intent.id]


async def test_a_fault_about_something_leaves_all_else_alone(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    ours, others = [await create(client, key=code, about=code) for code in ("7F3K", "8G4M")]
    await api.fail_next(FaultKind.STATUS, method="*", about="7F3K", times=2)
    with pytest.raises(stripe.APIError):
        await client.v1.payment_intents.retrieve_async(ours.id)
    assert (await client.v1.payment_intents.retrieve_async(others.id)).id == others.id
    with pytest.raises(stripe.APIError):
        await create(client, key="another", about="7F3K")
    assert (await client.v1.payment_intents.retrieve_async(ours.id)).id == ours.id


async def test_a_call_that_times_out_was_executed_and_its_key_finds_the_object(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    await api.fail_next(FaultKind.TIMEOUT, path=INTENTS)
    async with client_of(api, timeout=0.2) as impatient:
        with pytest.raises(stripe.APIConnectionError):
            await create(impatient)
    made = (await api.dump())["payment_intents"]
    assert [(await create(client)).id] == [item["id"] for item in made]


@pytest.mark.parametrize(("kind", "made"), [(FaultKind.STORED, 0), (FaultKind.STORED_AFTER, 1)])
async def test_an_error_stored_under_a_key_is_replayed_for_a_day_whatever_happened(
    client: stripe.StripeClient, api: RunningStripeApi, kind: FaultKind, made: int
) -> None:
    await api.fail_next(kind, path=INTENTS)
    for replayed in (None, "true"):
        with pytest.raises(stripe.APIError) as failed:
            await create(client)
        assert failed.value.headers is not None
        assert (failed.value.http_status, failed.value.headers.get("idempotent-replayed")) == (500, replayed)
    assert len((await api.dump())["payment_intents"]) == made
    assert (await create(client, key="key-2")).amount == 500
    await api.let_pass(24 * 60 * 60)
    assert (await create(client)).amount == 500
    assert len((await api.dump())["payment_intents"]) == made + 2


async def test_too_many_requests_is_a_rate_limit_error(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    await api.fail_next(FaultKind.STATUS, status=429, times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            await create(client)
    assert (await create(client)).amount == 500


async def test_a_state_file_keeps_objects_and_keys_over_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "stripe" / "state.json"
    async with running_stripe_api(state_file=state) as api, client_of(api) as client:
        before = await create(client)
    async with running_stripe_api(state_file=state) as api, client_of(api) as client:
        assert (await create(client)).id == before.id
        assert (await client.v1.payment_intents.retrieve_async(before.id)).amount == 500


@pytest.mark.parametrize("body", [b"a[b=1", b"=1", b"a=1&a[b]=2", b"\xff=%ff", b"metadata=x", b"amount[x]=1"])
async def test_a_malformed_form_is_a_400(api: RunningStripeApi, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {api.api_key}", "Content-Type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient(base_url=api.base_url, trust_env=False) as raw:
        answer = await raw.post(INTENTS, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
