"""The terms of a booking over the wire: everything that can cost the driver money, before and after it is made."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer, Clock, MoneyOut
from domain.charging.enforcement import EnforcementLevel
from domain.money.price import Price
from domain.terms.payer import PayerKind
from domain.terms.payments import PaymentModel, WhenUnpaid, WithoutAccount
from domain.terms.policy import AtSlotEnd


class CancellationTierOut(Answer):
    """Cancelling at least `ahead_seconds` before the start costs `fee`."""

    ahead_seconds: int
    fee: MoneyOut


class OverstayOut(Answer):
    """`fee_per_step` for each step begun from `grace_seconds` after the slot's end, up to `cap`."""

    grace_seconds: int
    step_seconds: int
    fee_per_step: MoneyOut
    cap: MoneyOut | None = Field(description="The most there is to pay; null: no limit")
    idle_grace_seconds: int | None = Field(
        description="Within the slot: so long after charging has finished it costs too; null: it never does"
    )
    exempt_from: Clock | None = Field(
        description="On the site's clock; from here to `exempt_until` it is free"
    )
    exempt_until: Clock | None
    busy_from_percent: int | None = Field(
        description="From this occupancy of the site on, `busy_multiplier` applies"
    )
    busy_multiplier: int
    waived_when_nobody_waits: bool


class DebtTermsOut(Answer):
    """What becomes of an amount that the card does not pay: it is tried again, and may bar new bookings."""

    retried_after_seconds: list[int] = Field(description="So long after each failure the card is tried again")
    bars_bookings: bool
    most_open: MoneyOut | None = Field(
        description="The most that may be open beside a new booking; null: nothing"
    )
    bars_after_seconds: int = Field(description="It bars once it has been open for so long")


class CreditTermsOut(Answer):
    """What is credited where the driver was served otherwise than promised; null: nothing."""

    moved: MoneyOut | None = Field(description="Served at another bay of the site")
    moved_away: MoneyOut | None = Field(description="Served at another site")
    waited: MoneyOut | None = Field(
        description="For each `waited_step_seconds` begun before a taken or broken bay, beyond the tolerance"
    )
    waited_step_seconds: int
    waited_tolerance_seconds: int
    cap: MoneyOut | None = Field(description="The most for one reservation in all; null: no limit")
    expire_after_seconds: int | None = Field(
        description="So long a credit pays bills from when it is given; null: for ever"
    )
    warn_before_seconds: int = Field(description="So long before that its driver is told")


class TrustTermsOut(Answer):
    """Who has come to `visits` bookings within the time and missed none, owes nothing and disputes no payment."""

    visits: int
    within_seconds: int
    most_open: int = Field(description="For so many bookings at once")


class PayerOut(Answer):
    """Who pays, and how. Of a site's own terms: as the caller would, if they are a driver."""

    kind: PayerKind = Field(
        description="`card`: by `payments`; `trusted`: by card, and nothing is held before; `invoice`: their fleet; "
        "`member`: as trusted, without a fee for the reservation"
    )
    account: str = Field(description="Whose, where it is not the driver's card")
    until: datetime | None = Field(description="When what makes them so ends; null: not by itself")


class PaymentTermsOut(Answer):
    """What is held on the card or taken, and when it is not at booking: a slot far ahead, or the provider was away."""

    model: PaymentModel = Field(
        description="Held: `deposit`, zero is free; `preauthorisation`, what the session is expected to cost. Taken: "
        "`fee_at_booking`, the reservation fee; `credit_to_session`, which then counts towards the session. "
        "`membership`: nothing, and only members book"
    )
    expected_power_w: int = Field(description="An expected session draws so much over the whole slot")
    most_authorised: MoneyOut | None = Field(
        description="No more is held for an expected session; null: as much as it is expected to cost"
    )
    authorised_ahead_seconds: int = Field(
        description="A card that was saved is authorised so long before the start"
    )
    answer_within_seconds: int = Field(
        description="Who has to confirm that to their bank has so long, at most until the start"
    )
    when_unpaid: WhenUnpaid = Field(description="`cancel`: then the slot is given back without a fee; `keep`")
    accepted_while_away: MoneyOut | None = Field(
        description="The largest deposit or fee that is accepted while the provider is away, and held or taken later; "
        "null: none"
    )
    members: bool = Field(description="Are members free of the reservation fee, and of whatever is held?")
    without_account: WithoutAccount = Field(
        description="Whose fleet's invoice account is closed or full: `refuse`: books nothing; `card`: as anybody"
    )
    trusted: TrustTermsOut | None = Field(description="Who books without anything being held; null: nobody")


class TierOut(Answer):
    """What members of a tier get otherwise than everybody; null: the same."""

    name: str
    horizon_seconds: int | None = Field(description="So far ahead they book")
    concurrent: int | None = Field(description="So many of their reservations may be open at a time")
    weekly_seconds: int | None = Field(description="So much they may have booked in a week")
    free_cancellation_ahead_seconds: int | None = Field(
        description="Cancelling so long before the start, or earlier, costs nothing"
    )
    fee_percent: int = Field(description="Of what everybody pays for cancelling and for not coming")
    reservation_fee: MoneyOut | None = Field(description="Before the site's price rules")
    grace_seconds: int | None = Field(description="So long after the start the connector waits")
    queue_weight: int = Field(
        description="On the waiting list their time counts so many times, up to a bound"
    )
    products: list[str] = Field(
        description="Of the payment provider, or their prices: who subscribes to one is a member"
    )


class FairUseOut(Answer):
    """How much one person may have booked, with however many accounts; null: no limit."""

    weekly_seconds: int | None = Field(
        description="In a week, Monday to Sunday on the site's clock, by the start of the slots"
    )
    longest_stay_seconds: int | None = Field(
        description="In slots here that follow one another with less than `pause_seconds` between"
    )
    pause_seconds: int
    no_shows: int | None = Field(
        description="Who misses so many within `no_shows_within_seconds` books nothing for `cooling_off_seconds`"
    )
    no_shows_within_seconds: int | None
    cooling_off_seconds: int | None


class PriceReasonOut(Answer):
    """One step from the tariff's price to that of the slot."""

    price: Price = Field(description="`energy_per_kwh`, `time_per_minute` or `reservation_fee`")
    amount: MoneyOut = Field(description="That price after the step")
    text: str


class CertaintyOut(Answer):
    """How likely it is that the driver is served as promised, by what became of bookings there in the last half year.

    The members after `enforcement` are what may keep them from it, each by itself: probabilities, 0 to 1.
    """

    kept: float = Field(description="0 to 1; of a quote the least of what may be given", examples=[0.94])
    enforcement: EnforcementLevel = Field(
        description="The most that the charger can do: `hard`, it keeps others away itself; `backend`, others are not "
        "let charge; `soft`, it may let them"
    )
    fault: float = Field(description="The bay is broken, silent, or does not start")
    overrun: float = Field(description="The driver before stays too long")
    taken: float = Field(description="Somebody else stands there")
    withdrawn: float = Field(description="It is taken back: maintenance, or a failure of the system")
    overbooked: float = Field(description="More is promised for that time than works now")
    words: list[str] = Field(description="The same in sentences, in the caller's language")


class NamedBayOut(Answer):
    """A bay that was asked for by name, and what keeping to it takes from others: who is left to us makes way."""

    bay: str = Field(examples=["Bay harbour-1"])
    lost: int = Field(
        description="Of `starts`, how many at which nobody else can begin a stay as long as this one while it is kept"
    )
    starts: int = Field(
        description="Within twelve hours around the slot, at which somebody else could otherwise"
    )
    words: str = Field(description="The same in a sentence, in the caller's language")


class TermsOut(Answer):
    """What a booking made now would be subject to; of a reservation: what was accepted."""

    words: list[str] = Field(
        description="Everything here that can cost money or is credited, in sentences, in the caller's language"
    )
    currency: str
    tier: str = Field(
        description="Of the site's membership tiers the driver's, by which all of this is; empty: none"
    )
    tiers: list[TierOut] = Field(description="All that the site has, lowest first")
    horizon_seconds: int = Field(description="So far ahead can be booked")
    open_reservations: int = Field(description="So many of a driver may be open at a time")
    fair_use: FairUseOut
    deposit: MoneyOut = Field(description="Of `payer`: zero where none is asked for")
    reservation_fee: MoneyOut = Field(description="Of `payer`: zero for members")
    fee_credited_to_session: bool
    cancellation: list[CancellationTierOut] = Field(
        description="The largest `ahead_seconds` that is met applies, else the dearest; empty: always free"
    )
    late_change_costs: bool = Field(
        description="Giving the slot up for another one costs what cancelling it at that moment would; false: nothing"
    )
    no_show_fee: MoneyOut
    late_arrival_waives_no_show_fee: bool
    overstay: OverstayOut
    compensation: MoneyOut = Field(description="Credited when the promise could not be kept")
    named_bay: NamedBayOut | None = Field(
        description="Of a slot whose bay was asked for by name. null: none was, or it was not free when it was quoted"
    )
    certainty: CertaintyOut | None = Field(
        description="That what was promised is kept, as it was told at booking; null: no slot was asked about, or it "
        "was booked before this was told"
    )
    price_rules_version: int | None = Field(
        description="By which prices vary; null: they do not, or no slot was asked about"
    )
    price_reasons: list[PriceReasonOut] = Field(description="Why the prices of the slot are what they are")
    energy_per_kwh: MoneyOut
    time_per_minute: MoneyOut
    session_fee: MoneyOut
    tax_basis_points: int
    slot_step_seconds: int
    slot_shortest_seconds: int
    slot_longest_seconds: int
    accessible_kept_until_seconds: int = Field(
        description="Until so long before a slot accessible bays are kept for who needs them"
    )
    grace_seconds: int = Field(description="So long after the start the connector waits")
    eta_extension_seconds: int = Field(description="The most that on-my-way adds to it, once")
    early_start_seconds: int
    payment_seconds: int = Field(description="So long an unpaid booking is kept")
    change_until_seconds: int = Field(description="Rescheduling is possible until so long before the start")
    at_slot_end: AtSlotEnd
    debts: DebtTermsOut
    credits: CreditTermsOut
    payments: PaymentTermsOut
    payer: PayerOut
