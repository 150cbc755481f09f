"""What activities take and return. Plain frozen data, additive only: recorded histories carry it.

Time is always an argument (`now` is the workflow's clock), never read inside an activity.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.alternatives import Alternative, Alternatives
from contracts.chargers import Route
from contracts.declaration import Activity, Kind, Versioned
from domain.charging.tokens import TokenKind
from domain.errors import Explained, Explanation
from domain.facts.refused_for_now import NotDoneJustNow
from domain.place.energy import EnergyWanted
from domain.place.fit import NO_NEEDS, Needs
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.release import ReleaseReason
from domain.settlement.moved_prices import AS_BEFORE, AcceptedPrices
from domain.terms.accepted import Terms
from domain.whereabouts import Whereabouts


class HoldStep(StrEnum):
    """What a reservation's hold was made for; part of its durable identity. Replacements are numbered: `reroute-1`."""

    BOOK = "book"
    REROUTE = "reroute"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold(Versioned):
    """Book `slot` in a pool of the site: `pool_id`, or the best pool with `connector_type`, or any."""

    code: str
    account: str
    driver_id: str
    fleet_id: str | None
    site_id: str
    pool_id: str | None
    connector_type: str | None
    slot: Slot
    now: datetime
    quote: str | None = None
    """Its terms are taken, if it is of this booking and still valid; None: those in force."""
    connector_id: int | None = None
    """Booked on the spot: only this one, from now on, whenever that is; None: whichever is best."""
    needs: Needs = NO_NEEDS
    """Of a bay."""
    for_guest: bool = False
    """Not for the driver themselves, who may be elsewhere at that time."""
    energy: EnergyWanted | None = None
    """What the slot is for: what is offered instead gives it, too. None: not said."""


_UNEXPLAINED = Explanation.of(NotDoneJustNow())


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`code` is a domain error code (slot_unavailable, slot_invalid, site_unknown, …).

    `reason` comes with slot_unavailable; `why` with all that were recorded since there is one.
    """

    code: str
    why: Explanation = _UNEXPLAINED
    alternatives: tuple[Alternative, ...] = ()
    reason: NoPlaceReason | None = None
    asks_for_others: bool = False
    """What may be booked instead is asked for by itself (FIND_ALTERNATIVES). False: it is here, or there is nothing."""

    def error(self) -> Explained:
        """The rule's refusal again."""
        return Explained(self.why, code=self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldConnector:
    """`id_tag` / `parent_id_tag`: what ReserveNow carries (the driver's RFID, else the reservation's app token).
    `token_kind` is that of `id_tag`; `app_tag` is the app token, whatever the device hold carries."""

    assignment: Assignment
    id_tag: str
    parent_id_tag: str | None
    app_tag: str = ""
    token_kind: TokenKind = TokenKind.RFID
    bay: str = ""
    """The label of the bay that it is at; empty: of none, or recorded before it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """`held`: where it runs; the reservation's hold has followed there if it could, else it was given back.
    `ended_at` None: it runs. Instants aware UTC."""

    transaction_id: str
    started_at: datetime
    ended_at: datetime | None
    held: HeldConnector


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDecision:
    """Exactly one of `held` and `refusal`. `site_name` and `stripe_customer` come with a booking only, `terms` with
    that and with a slot that was moved to one with other prices.

    A booking that is refused comes with `terms` and `site_name` too, where the site has them: people read on its clock
    and in its currency why.
    """

    held: HeldConnector | None = None
    terms: Terms | None = None
    site_name: str = ""
    stripe_customer: str | None = None
    refusal: Refusal | None = None
    slot: Slot | None = None
    """What is held, where that may be less than was asked for, or another time."""
    site: Whereabouts | None = None
    """Where `held` is: of a booking and of a replacement."""
    instead: Alternative | None = None
    """How a replacement differs from what was promised, as it would be offered."""
    fleet: str | None = None
    """Whose driver it was booked for, of a booking that has its hold; empty: nobody's. None: not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHold(Versioned):
    """Fix the connector. Prefers the present one; moves within the pool when it is unhealthy or in use."""

    code: str
    hold_id: int
    now: datetime
    terms: Terms | None = None
    """Accepted at booking. None: whatever is in force at the site."""
    slot: Slot | None = None
    """That it is locked for. None: not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedHold:
    """`contested`: somebody is still on it and no other connector of the pool was free.
    `faulted`: neither this nor any other connector of the pool is usable: reroute. `broken`: it says so itself;
    `charger_broken`: its charger as a whole does. `silent_since`: its charger is not connected at this moment."""

    held: HeldConnector
    contested: bool
    faulted: bool
    broken: bool = False
    charger_broken: bool = False
    silent_since: datetime | None = None
    route: Route | None = None
    """To the charger of the connector, so that the device hold can follow without another look-up."""
    own: tuple[OwnSession, ...] = ()
    """Sessions of the reservation's own driver: they are here already, and `held` is where the last one runs."""
    there: bool = False
    """The driver stands there with the session of their slot before."""
    elsewhere: str = ""
    """They stand at that bay with it, which is not free for this hold."""
    swapped: str = ""
    """The offer by which the hold has another slot than it was to be locked for; nothing was locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHold(Versioned):
    """Reschedule, extend or shorten: the same hold takes `slot` instead, in one transaction, or nothing changes."""

    code: str
    hold_id: int
    slot: Slot
    keep_connector: bool
    """True while the driver is plugged in (extend, shorten); False may move it within the pool (reschedule)."""
    now: datetime
    terms: Terms | None = None
    """Accepted at booking. None: whatever is in force at the site."""
    accepted: AcceptedPrices = AS_BEFORE
    """By the driver, of the new slot."""
    bay: str | None = None
    """At the bay of that label; empty: whichever; None: as it was booked."""
    by_request: bool = False
    """Somebody asks for it: what it costs more has to fit into the fleet's budgets. What happens by itself has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapHolds(Versioned):
    """Exchange the slots of two holds in one transaction, or nothing changes: of this one and of who made `offer`."""

    code: str
    hold_id: int
    offer: str
    now: datetime
    terms: Terms
    """Accepted at booking."""
    accepted: AcceptedPrices = AS_BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowSwap(Versioned):
    """What the hold is after its offer was taken; its connector is not fixed any more."""

    code: str
    hold_id: int
    offer: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReplacement(Versioned):
    """A second hold for the same reservation, on an equal-or-better usable connector: same site, then nearby. At
    another plug of its own bay it is the same hold.

    `step` makes it idempotent: a HoldStep and its number (`reroute-1`, `late-2`).
    `prefer_connector_id` is tried first (late arrival).
    """

    code: str
    step: str
    driver_id: str
    slot: Slot
    power_w: int
    site_id: str
    exclude_connectors: tuple[int, ...]
    prefer_connector_id: int | None
    terms: Terms
    now: datetime
    only_connector_id: int | None = None
    """Operator's reassignment to a named connector; the one where a latecomer charges already."""
    instead: bool = False
    """It is to be the only one: what the reservation holds is released with it."""
    beside_too: bool = True
    """The other plugs of its own bay will do, where the hold it has goes then."""
    other_times: bool = False
    """Where there is no place at that time, the nearest other time at the site is held: to be asked about."""
    as_long_as_free: bool = False
    """For a latecomer: at the site, until the next reservation begins if that is before the slot's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHolds(Versioned):
    """Give back holds of the reservation: all, or all but one (`keep_hold_id`). Idempotent."""

    code: str
    reason: ReleaseReason
    now: datetime
    keep_hold_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBackHold(Versioned):
    """Undo a replacement at another plug of the hold's own bay: back to `connector_id`, for `slot`. Idempotent."""

    code: str
    hold_id: int
    connector_id: int
    """Where it was."""
    slot: Slot
    """What it was held for."""
    terms: Terms
    now: datetime
    moved_to: int | None = None
    """The connector where the step has put it. None: that is not known."""


# --- payments --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpBooking(Versioned):
    """A booking that is declined holds nothing, and never will: whatever an earlier attempt at it has done."""

    code: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """`payments`: there are some to be voided."""

    payments: bool


PLACE_HOLD = Activity("place_hold", PlaceHold, HoldDecision, Kind.CONVERGENT)
"""Again, it finds the hold it made. A later attempt that declines gives it up."""
FIND_ALTERNATIVES = Activity("find_alternatives", PlaceHold, Alternatives, Kind.READS)
"""To a booking that was refused, as it was asked for. Others wait for the answer to a booking, nobody for this."""
GIVE_UP_BOOKING = Activity("give_up_booking", GiveUpBooking, GivenUp, Kind.DECIDED)
"""Others may have the connector then."""
LOCK_HOLD = Activity("lock_hold", LockHold, LockedHold, Kind.CONVERGENT)
"""Fixed on the same connector again. Whatever else comes instead moves or releases the hold, or locks it."""
MOVE_HOLD = Activity("move_hold", MoveHold, HoldDecision, Kind.DECIDED)
SWAP_HOLDS = Activity("swap_holds", SwapHolds, HoldDecision, Kind.DECIDED)
"""With the `slot` that it has then. The other reservation is told by a charger's event, in the same transaction."""
FOLLOW_SWAP = Activity("follow_swap", FollowSwap, HoldDecision, Kind.CONVERGENT)
"""With `slot` and `terms`; empty where the hold was given up or moved since."""
HOLD_REPLACEMENT = Activity("hold_replacement", HoldReplacement, HoldDecision, Kind.DECIDED)
RELEASE_HOLDS = Activity("release_holds", ReleaseHolds, int, Kind.DECIDED)
"""Gives how many were released. Others may have the connector then."""
PUT_BACK_HOLD = Activity("put_back_hold", PutBackHold, bool, Kind.CONVERGENT)
"""Gives whether it was at another plug of that bay."""
