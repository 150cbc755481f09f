"""What happens by itself as time passes: authorisations lapse, money becomes available, dates are missed."""

from __future__ import annotations

from collections.abc import Callable

from simulator.stripe_api.charges import Charges
from simulator.stripe_api.errors import StripeObject
from simulator.stripe_api.events import EventLog, RequestContext
from simulator.stripe_api.payment_intents import PaymentIntents
from simulator.stripe_api.store import Store

LOOK_AGAIN_SECONDS = 60


class PassingTime:
    """The account's clock. What it brings about is asked for by nobody, and its events say so."""

    def __init__(
        self,
        store: Store,
        events: EventLog,
        charges: Charges,
        intents: PaymentIntents,
        others: tuple[Callable[[], None], ...],
    ) -> None:
        """`others`: what else is looked at, each for what became due in its part."""
        self._others = others
        self._store = store
        self._events = events
        self._charges = charges
        self._intents = intents
        self._looked_at = store.now()

    def let_pass(self, seconds: int) -> None:
        """Be that much later, and do what became due."""
        self._store.let_pass(seconds)
        self._do_what_is_due()

    def catch_up(self) -> None:
        """Do what became due, of which Stripe too is a little late."""
        if self._store.now() >= self._looked_at + LOOK_AGAIN_SECONDS:
            self._do_what_is_due()

    def lapse(self, intent: StripeObject) -> None:
        """End an authorisation now, as an issuer may do early."""
        self._events.request = RequestContext()
        self._intents.lapse(intent)

    def _do_what_is_due(self) -> None:
        self._looked_at = self._store.now()
        self._events.request = RequestContext()
        for intent in [item for item in self._store.all("payment_intents") if self._is_due(item)]:
            self.lapse(intent)
        for look in self._others:
            look()

    def _is_due(self, intent: StripeObject) -> bool:
        if intent["status"] != "requires_capture":
            return False
        card = self._charges.find(intent["latest_charge"])["payment_method_details"]["card"]
        capture_before: int | None = card.get("capture_before")
        return capture_before is not None and capture_before <= self._store.now()
