"""The adapter of Stripe's SetupIntents: a card is saved for later, its holder there, and nothing taken or held
(docs.stripe.com/payments/save-and-reuse).
"""

from collections.abc import Awaitable
from typing import Any

import stripe
from stripe.params import SetupIntentCreateParams

from activities.failures import StripeRefused
from activities.money.payment_intents import Declined, NewSetup, SetupState
from activities.money.stripe_answers import answered, nothing_to_look_for, unless_it_happened
from activities.money.stripe_declines import accepted_or_declined
from activities.money.stripe_metadata import METADATA_CODE, METADATA_STEP

_NOT_IN_THAT_STATE = "setup_intent_unexpected_state"


class StripeSetups:
    """Raises StripeUnavailable (ask again with the same key) or StripeRefused (final)."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._setups = client.v1.setup_intents

    async def create(self, new: NewSetup, *, key: str) -> SetupState | Declined:
        """Create, and confirm when there is a payment method. The driver agrees to charges in their absence.

        One that came of a failure nobody looks for: it holds no money.
        """
        params: SetupIntentCreateParams = {
            "usage": "off_session",
            "allowed_payment_method_types": ["card"],
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {METADATA_CODE: new.code, METADATA_STEP: new.step},
        }
        if new.customer:
            params["customer"] = new.customer
        if new.payment_method:
            params["payment_method"] = new.payment_method
            params["confirm"] = True

        def create(key: str) -> Awaitable[SetupState | Declined]:
            made = self._setups.create_async(params, {"idempotency_key": key})
            return accepted_or_declined(made, _state, customer=new.customer)

        return await unless_it_happened(key, create, nothing_to_look_for)

    async def retrieve(self, setup_id: str) -> SetupState:
        return _state(await answered(self._setups.retrieve_async(setup_id)))

    async def cancel(self, setup_id: str, *, key: str) -> SetupState:
        """Close one that nobody completed. The answer is the state it is in now."""

        async def canceled(key: str) -> SetupState:
            return _state(await answered(self._setups.cancel_async(setup_id, {}, {"idempotency_key": key})))

        async def at_rest() -> SetupState | None:
            setup = await self.retrieve(setup_id)
            return setup if setup.status in ("succeeded", "canceled") else None

        try:
            return await unless_it_happened(key, canceled, at_rest)
        except StripeRefused as refusal:
            if refusal.stripe_code != _NOT_IN_THAT_STATE:
                raise
            return await self.retrieve(setup_id)


def _state(setup: stripe.SetupIntent) -> SetupState:
    fields = setup.to_dict()
    failure: dict[str, Any] = fields.get("last_setup_error") or {}
    return SetupState(
        id=fields["id"],
        status=fields["status"],
        client_secret=fields.get("client_secret"),
        customer=fields.get("customer"),
        payment_method=fields.get("payment_method"),
        decline_code=failure.get("decline_code") or failure.get("code"),
        message=failure.get("message") or "",
    )
