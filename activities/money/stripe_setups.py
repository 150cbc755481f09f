"""The adapter of Stripe's SetupIntents: a card is saved for later, its holder there, and nothing taken or held
(docs.stripe.com/payments/save-and-reuse).
"""

from typing import Any

import stripe
from stripe.params import SetupIntentCreateParams

from activities.failures import StripeRefused
from activities.money.payment_intents import Declined, NewSetup, SetupState
from activities.money.stripe_answers import answered
from activities.money.stripe_declines import accepted_or_declined
from activities.money.stripe_metadata import METADATA_CODE, METADATA_STEP

_NOT_IN_THAT_STATE = "setup_intent_unexpected_state"


class StripeSetups:
    """Raises StripeUnavailable (ask again with the same key) or StripeRefused (final)."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._setups = client.v1.setup_intents

    async def create(self, new: NewSetup, *, key: str) -> SetupState | Declined:
        """Create, and confirm when there is a payment method. The driver agrees to charges in their absence."""
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
        create = self._setups.create_async(params, {"idempotency_key": key})
        return await accepted_or_declined(create, _state, customer=new.customer)

    async def retrieve(self, setup_id: str) -> SetupState:
        return _state(await answered(self._setups.retrieve_async(setup_id)))

    async def cancel(self, setup_id: str, *, key: str) -> SetupState:
        """Close one that nobody completed. The answer is the state it is in now."""
        try:
            return _state(await answered(self._setups.cancel_async(setup_id, {}, {"idempotency_key": key})))
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
