"""What a site asks of a card at booking, long before the slot, and when the payment provider is away."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.money.amount import Money

SHORTEST_TRUST = timedelta(days=7)
LONGEST_TRUST = timedelta(days=730)
"""Nobody is judged by what they did longer ago."""
LONGEST_AHEAD = timedelta(days=4)
"""Some holds of absent drivers last 4 days and 18 hours (Visa): a slot may end long after its start."""


EXPECTED_POWER_W = 11_000
"""What most cars take of an AC charger (three phases, 16 A)."""


class PaymentModel(StrEnum):
    """What is held on the card before the slot, or taken."""

    DEPOSIT = "deposit"
    """The policy's deposit is held, whatever is booked; zero is free."""
    PREAUTHORISATION = "preauthorisation"
    """What the booked session is expected to cost is held."""
    FEE_AT_BOOKING = "fee_at_booking"
    """The reservation fee is taken, with its tax, and nothing is held."""
    CREDIT_TO_SESSION = "credit_to_session"
    """As FEE_AT_BOOKING, and the fee counts towards what the session costs."""
    MEMBERSHIP = "membership"
    """Nothing is held, and only members book."""

    @property
    def takes_fee_at_booking(self) -> bool:
        return self in (PaymentModel.FEE_AT_BOOKING, PaymentModel.CREDIT_TO_SESSION)


class WhenUnpaid(StrEnum):
    """What becomes of a slot whose driver was asked to confirm the payment, and did not in time."""

    CANCEL = "cancel"
    """The slot is given back, without a fee."""
    KEEP = "keep"
    """It stays theirs; what it costs is taken at the end, as far as the card pays."""


class WithoutAccount(StrEnum):
    """What a driver can do whose fleet's invoice account is closed, full, or in another currency."""

    REFUSE = "refuse"
    """Nothing: it is not theirs to pay."""
    CARD = "card"
    """Book as anybody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRules:
    """Who has come to `visits` bookings that began in the time `within`, at any site, and was no no-show in it, owes
    nothing and has no dispute open or lost, is trusted."""

    visits: int = 5
    within: timedelta = timedelta(days=180)
    most_open: int = 2
    """So many bookings at once are made on trust; a further one is paid for as anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRules:
    model: PaymentModel = PaymentModel.DEPOSIT
    expected_power_w: int = EXPECTED_POWER_W
    """A session that is authorised beforehand is taken to draw so much over the whole slot."""
    most_authorised: Money | None = None
    """No more is authorised beforehand, whatever the session may cost; None: as much as it is expected to."""
    authorise_ahead: timedelta = timedelta(hours=48)
    """A card that was saved at booking, as a hold would have lapsed, is authorised this long before the start."""
    answer_within: timedelta = timedelta(hours=24)
    """Who has to confirm an authorisation to their bank may take so long, and at most until the start."""
    when_unpaid: WhenUnpaid = WhenUnpaid.CANCEL
    accept_while_away: Money | None = None
    """The largest deposit that is authorised later when the provider cannot be reached, or fee that is taken later;
    None: it is refused then."""
    trusted: TrustRules | None = None
    """Who books without anything being held; None: nobody."""
    members: bool = False
    """Are members free of the reservation fee, and of whatever would be held? With MEMBERSHIP they are."""

    without_account: WithoutAccount = WithoutAccount.REFUSE

    @property
    def admit_members(self) -> bool:
        return self.members or self.model is PaymentModel.MEMBERSHIP
