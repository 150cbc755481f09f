"""What a site does about a card long before the slot, and when the payment provider is away."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.money.amount import Money

LONGEST_AHEAD = timedelta(days=4)
"""Some holds of absent drivers last 4 days and 18 hours (Visa): a slot may end long after its start."""


class WhenUnpaid(StrEnum):
    """What becomes of a slot whose driver was asked to confirm the payment, and did not in time."""

    CANCEL = "cancel"
    """The slot is given back, without a fee."""
    KEEP = "keep"
    """It stays theirs; what it costs is taken at the end, as far as the card pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRules:
    authorise_ahead: timedelta = timedelta(hours=48)
    """A card that was saved at booking, as a hold would have lapsed, is authorised this long before the start."""
    answer_within: timedelta = timedelta(hours=24)
    """Who has to confirm an authorisation to their bank may take so long, and at most until the start."""
    when_unpaid: WhenUnpaid = WhenUnpaid.CANCEL
    accept_while_away: Money | None = None
    """The largest deposit that is authorised later when the provider cannot be reached; None: it is refused then."""
