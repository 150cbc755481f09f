"""A PaymentIntent in our words: what we ask for and what came of it. Plain data, free of `stripe`."""

from dataclasses import dataclass
from datetime import datetime

from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentState:
    """A PaymentIntent as Stripe last told it.

    `authorised`: what the card agreed to, also after capture or release. `received`: captured before refunds.
    `decline_code` and `message`: the last attempt's failure, if it failed. `declined_for_good`: its issuer says not to
    try that card again.
    """

    id: str
    status: str
    amount: Money
    capturable: Money
    authorised: Money
    received: Money
    refunded: Money
    client_secret: str | None = None
    customer: str | None = None
    payment_method: str | None = None
    decline_code: str | None = None
    declined_for_good: bool = False
    message: str = ""
    code: str = ""
    """The reservation it was made for, from its metadata."""
    step: str = ""
    charged_at: datetime | None = None
    """When a card was last charged by it, or an authorisation asked for."""
    capture_before: datetime | None = None
    """When an authorisation lapses by itself; None: it is captured, or Stripe does not say."""

    @property
    def net(self) -> Money:
        """What the driver has paid and not got back."""
        return self.received - self.refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The card, or the payment method named, was not accepted. A result, not a failure.

    `payment_intent_id`: the intent that Stripe left open for another card, if it made one; of a card to be saved, the
    SetupIntent. `gone_customer`: was deleted at Stripe, so that it was not the card's fault.
    """

    decline_code: str
    message: str
    payment_intent_id: str | None = None
    gone_customer: str | None = None
    for_good: bool = False
    """The issuer says not to try that card again, whatever the code: networks fine who does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntent:
    """What to ask Stripe for. `code` and `step` go into the metadata; `capture` takes the money at once.

    With a `payment_method` it is confirmed at once; `off_session`: the driver is not there to authenticate.
    `keep_card`: of the `customer`, for a later remainder. Who only pays what somebody owes has agreed to no more.
    """

    code: str
    step: str
    amount: Money
    capture: bool
    payment_method: str | None = None
    customer: str | None = None
    off_session: bool = False
    keep_card: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupState:
    """A SetupIntent as Stripe last told it. `payment_method`: once it succeeded, kept of `customer`."""

    id: str
    status: str
    client_secret: str | None = None
    customer: str | None = None
    payment_method: str | None = None
    decline_code: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSetup:
    """A card to be saved of `customer`; confirmed at once with a `payment_method`."""

    code: str
    step: str
    customer: str | None
    payment_method: str | None = None
