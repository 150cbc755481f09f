"""Cards kept for later: which are set up for use without their holder, and whom the issuer still asks.

Source: docs.stripe.com/testing (regulatory cards) and docs.stripe.com/payments/save-and-reuse.
"""

from __future__ import annotations

from simulator.stripe_api.cards import Authentication
from simulator.stripe_api.errors import StripeObject
from simulator.stripe_api.payment_methods import PaymentMethods, behaviour_of
from simulator.stripe_api.store import Store


class SavedCards:
    """What was agreed with an issuer while the holder was there."""

    def __init__(self, store: Store, methods: PaymentMethods) -> None:
        self._store = store
        self._methods = methods

    def keep(self, method: StripeObject, customer_id: str, usage: str) -> None:
        """Attach a method after a payment or a setup; with `usage` off_session it is set up for that."""
        self._methods.keep_for(method, customer_id)
        if usage == "off_session":
            self._store.set_up.add(method["id"])

    def must_authenticate(self, method: StripeObject, *, off_session: bool) -> bool:
        """Whether the issuer asks for the holder: always a problem when they are absent."""
        asks = behaviour_of(method).authentication
        if asks is Authentication.UNLESS_SET_UP:
            return not off_session or method["id"] not in self._store.set_up
        if asks is Authentication.WHEN_PRESENT:
            return not off_session
        return asks is Authentication.ALWAYS
