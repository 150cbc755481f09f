"""A site's business rules as data: versioned, snapshotted into the reservation at booking.

The terms a driver accepted are the terms applied, whatever the operator changes later. Default figures are
drawn from what operators publish: grace 15-20 min, free cancellation 24 h ahead, fee 3 + no-show 2, idle
0.40-0.50 per minute after 5-15 min with a cap of 12-50, night exemption for AC.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from domain.money.amount import Money
from domain.terms.credits import CreditRules
from domain.terms.debts import DebtRules
from domain.terms.disputes import DisputeRules
from domain.terms.fair_use import FairUse
from domain.terms.payments import PaymentRules
from domain.terms.tiers import Tier
from domain.terms.waiting import WaitingRules

LONGEST_LEAD = timedelta(days=1)
"""Of `lock_lead` and `early_start`: no hold is fixed to its connector longer than this before it begins."""
LONGEST_BUFFER = timedelta(days=1)
"""Of holds whose slot ended longer ago none keeps its connector: it lets them be found by their end."""
METER_SLACK_WH = 1_000
"""Believed beyond what a connector can deliver, where no policy says otherwise."""


class AtSlotEnd(StrEnum):
    EXTEND_IF_FREE = "extend_if_free"
    STOP = "stop"
    OVERSTAY = "overstay"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLengths:
    """Of one pool, where they are others than the site's; None: as the site's."""

    pool_id: str
    shortest: timedelta | None = None
    longest: timedelta | None = None
    step: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRules:
    """Grid and limits of bookable windows. `step` aligns both ends to a grid on the site's clock; zero: any instant."""

    step: timedelta = timedelta(minutes=15)
    shortest: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=4)
    buffer: timedelta = timedelta(minutes=5)
    """Kept free after a slot for the turnover; part of the hold, not of what the driver sees."""
    lead: timedelta = timedelta(0)
    """A booking must start at least this long from now. Zero allows booking for now."""
    horizon: timedelta = timedelta(days=14)
    late_start_tolerance: timedelta = timedelta(minutes=1)
    """A start this far in the past is still 'now' (clock skew, a slow form)."""
    accessible_kept_until: timedelta = timedelta(hours=1)
    """So long before a slot accessible bays are kept for who needs them; then anybody may book what is left."""
    pools: tuple[SlotLengths, ...] = ()
    """Pools with lengths of their own, as bays for lorries: a driver's break of 45 minutes, or the night."""

    def of(self, pool_id: str | None) -> "SlotRules":
        """As they are in that pool; None: in those that have no lengths of their own."""
        if not self.pools:
            return self
        own = next((one for one in self.pools if one.pool_id == pool_id), None)
        if own is None:
            return replace(self, pools=())
        return replace(
            self,
            pools=(),
            shortest=self.shortest if own.shortest is None else own.shortest,
            longest=self.longest if own.longest is None else own.longest,
            step=self.step if own.step is None else own.step,
        )

    def anywhere(self, pool_id: str | None = None) -> tuple["SlotRules", ...]:
        """All that there are, in one pool or (None) in any."""
        ids = (None, *(one.pool_id for one in self.pools)) if pool_id is None else (pool_id,)
        return tuple(self.of(id_) for id_ in ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationTier:
    """Cancelling at least `ahead` of the start costs `fee`. The tier with the largest met `ahead` applies."""

    ahead: timedelta
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OverstayRules:
    """Per-step fee once the slot has ended and `grace` has passed, up to `cap` (EnBW, Tesla practice)."""

    grace: timedelta = timedelta(minutes=10)
    step: timedelta = timedelta(minutes=1)
    fee_per_step: Money
    idle_grace: timedelta | None = None
    """Inside the slot, parked without taking energy becomes chargeable after this; None: never."""
    cap: Money | None = None
    exempt_from: time | None = None
    """Local time at the site; steps beginning in [exempt_from, exempt_until) are free. May wrap midnight."""
    exempt_until: time | None = None
    busy_from_percent: int | None = None
    """Site occupancy (0-100) at which `busy_multiplier` applies; None: no scaling."""
    busy_multiplier: int = 1
    waived_when_nobody_waits: bool = False

    def chargeable_from(self, slot_end: datetime, charging_finished_at: datetime | None) -> datetime:
        """Slot end plus grace (UTC); earlier when idle time is chargeable and charging has finished."""
        # In UTC, so that steps and graces are time passed, also across a clock change.
        begins = slot_end.astimezone(UTC) + self.grace
        if self.idle_grace is not None and charging_finished_at is not None:
            begins = min(begins, charging_finished_at.astimezone(UTC) + self.idle_grace)
        return begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of a site's rules. All durations are elapsed time; all fees are in the site's currency."""

    currency: str
    slots: SlotRules
    overstay: OverstayRules
    deposit: Money
    """Authorised (not captured) at booking; zero books without payment."""
    reservation_fee: Money
    fee_credited_to_session: bool = True
    no_show_fee: Money
    late_arrival_waives_no_show_fee: bool = True
    cancellation: tuple[CancellationTier, ...] = ()
    """No tier met: the last, dearest tier applies; no tiers at all: always free."""
    late_change_costs: bool = True
    """Does moving the slot cost what cancelling it at that moment would? Else nobody need ever pay for cancelling: who
    moves the slot away first cancels for nothing. Off where a site would rather have its drivers come another time
    than not at all, and lives with that."""
    compensation: Money
    """Credit to the driver when the operator could not keep the promise. Zero or positive."""
    quote_ttl: timedelta = timedelta(minutes=15)
    """So long a price that was asked for beforehand is honoured, whatever the rules and prices are by then."""
    payment_ttl: timedelta = timedelta(minutes=10)
    lock_lead: timedelta = timedelta(minutes=15)
    early_start: timedelta = timedelta(minutes=10)
    grace: timedelta = timedelta(minutes=15)
    eta_extension: timedelta = timedelta(minutes=15)
    """The most that 'on my way' may add to the grace period, once."""
    reroute_grace: timedelta = timedelta(minutes=15)
    """Time to reach the new connector after a reroute, at least."""
    ask_before_other_site: timedelta = timedelta(minutes=15)
    """Who can only be moved to another site, or another time, is asked first, and may answer until this long before the
    slot. No answer is a yes, of another time a no; who has less than five minutes to answer is moved at once, and asked
    about no other time (`domain.reservation.proposal`)."""
    fault_debounce: timedelta = timedelta(seconds=30)
    offline_debounce: timedelta = timedelta(minutes=3)
    offline_debounce_while_charging: timedelta = timedelta(minutes=30)
    stranger_patience: timedelta = timedelta(minutes=2)
    """How long a stranger who started on a held connector, and is being stopped, may take to leave it."""
    fault_watch: timedelta = timedelta(hours=2)
    """Faults on the connector matter from this long before the slot."""
    warn_before_end: timedelta = timedelta(minutes=10)
    at_slot_end: AtSlotEnd = AtSlotEnd.OVERSTAY
    departure_wait: timedelta = timedelta(minutes=2)
    """After the transaction ends with no sign of a cable left in: how long until departure is assumed."""
    meter_slack_wh: int = METER_SLACK_WH
    """Energy beyond power times duration that a meter is still believed; the rest is not billed."""
    session_patience: timedelta = timedelta(hours=4)
    """A session without an end this long after the slot is shown to an operator."""
    change_until: timedelta = timedelta(minutes=30)
    """Rescheduling is possible until this long before the start."""
    open_reservations_per_driver: int = 3
    one_session_a_driver: bool = False
    """A driver who charges at one of our chargers starts no second session elsewhere (OCPP: ConcurrentTx). Off by
    default: families share an account, and a fleet may book for several cars under one driver. A session of a charger
    that is not connected bars nothing: nobody knows whether it runs."""
    overlapping_per_driver: bool = False
    """May one driver book slots that overlap? A fleet that books for several drivers needs no such permission."""
    largest_group: int = 4
    """So many bays may be booked as one group, by one driver too, overlapping or not; 1: no groups."""
    most_starts_lost: int | None = None
    """One bay may be booked by name as long as that takes no more starts than this from others, within twelve hours
    around it (`domain.place.bay_by_name`); None: whatever it takes."""
    walk_in_warning: timedelta = timedelta(minutes=15)
    """A walk-in is refused when somebody's reservation of the connector starts within this time."""
    debts: DebtRules = field(default_factory=DebtRules)
    """What becomes of money that could not be taken."""
    disputes: DisputeRules = field(default_factory=DisputeRules)
    """What bars who has disputed a payment."""
    credits: CreditRules = field(default_factory=CreditRules)
    """What is credited beside `compensation` to whom was served worse than promised."""
    payments: PaymentRules = field(default_factory=PaymentRules)
    """When a saved card is authorised, and what becomes of a booking whose payment cannot be had then, or asked for."""
    fair_use: FairUse = field(default_factory=FairUse)
    """How much one person may have booked beside `open_reservations_per_driver`, and what becomes of no-shows."""
    tiers: tuple[Tier, ...] = ()
    """Of members: lowest first; who has several gets the last of them."""
    waiting: WaitingRules = field(default_factory=WaitingRules)
    """How long what became free is kept for who waits for it."""
