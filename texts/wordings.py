"""Which words a fact is told with, where its list and code alone do not say it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.causes import Cause
from domain.charging.commands import CommandOutcome
from domain.charging.enforcement import EnforcementLevel
from domain.facts import (
    audit,
    audit_money,
    audit_people,
    audit_places,
    audit_rules,
    audit_telling,
    certainty,
    money_notices,
    notices,
    offers,
    prices,
    refused_bookings,
    refused_people,
    refused_telling,
    refused_waiting,
    signing_in_notices,
    stay,
    timeline,
    timeline_payment,
    waiting_notices,
)
from domain.facts.fact import Fact
from domain.facts.reading import LISTS as STORED
from texts import details, displays, steps

LISTS: Mapping[type[Fact], str] = {kind: of for of, kind in STORED.items()} | {
    steps.Step: "step",
    details.Detail: "details",
    displays.Display: "display",
    prices.PriceFact: "price",
    certainty.CertaintyFact: "certainty",
    offers.OfferFact: "offer",
}
"""First part of the keys of each list of facts; the second is the fact's code."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Other words for some of a fact's values: their key has `suffix` as its last part."""

    suffix: str
    applies: Callable[[Any], bool]


_DETAILED = (Variant("detailed", lambda fact: bool(fact.detail)),)
"""The outside world's own words, where there are some and the reader may see them."""
_COSTLY = (Variant("costly", lambda fact: fact.cost is not None),)
_REASONED = (Variant("reasoned", lambda fact: bool(fact.reason)),)
"""People give a reason, or none."""
_UNNAMED = (Variant("unnamed", lambda fact: not fact.name),)
_WITH_THE_REST = Variant("with_the_rest", lambda fact: fact.part_of is not None)
"""Of a group or series that was undone."""
_NEW = (Variant("new", lambda fact: fact.new),)
_ACCESSIBLE = (Variant("accessible", lambda fact: fact.accessible),)
_UNDATED = (Variant("undated", lambda fact: fact.until is None),)

_UNTIL_OR_FREE = (
    Variant("until.free", lambda fact: fact.until and fact.cost.is_zero),
    Variant("until", lambda fact: fact.until),
    Variant("later.free", lambda fact: fact.later and fact.cost.is_zero),
    Variant("later", lambda fact: fact.later),
    Variant("free", lambda fact: fact.cost.is_zero),
)

VARIANTS: Mapping[type[Fact], tuple[Variant, ...]] = {
    timeline.HoldWithdrawn: (Variant("nothing_left", lambda fact: fact.outcome is CommandOutcome.REJECTED),),
    timeline.SlotMoved: _COSTLY,
    notices.Rescheduled: _COSTLY,
    notices.SlotSwapped: (Variant("offered", lambda fact: fact.offered),),
    notices.DateSkipped: _REASONED,
    signing_in_notices.AddressAdded: (Variant("told", lambda fact: not fact.opens),),
    signing_in_notices.PasskeyAdded: _UNNAMED,
    signing_in_notices.PasskeyCopySeen: _UNNAMED,
    waiting_notices.OfferNotBooked: (
        Variant("over.reasoned", lambda fact: fact.over and fact.reason),
        Variant("over", lambda fact: fact.over),
        *_REASONED,
    ),
    waiting_notices.OfferNotTaken: (
        Variant("over", lambda fact: fact.over),
        Variant("last", lambda fact: fact.again is None),
    ),
    waiting_notices.WaitingOver: (*_REASONED, Variant("offered", lambda fact: fact.offered)),
    timeline.Moved: (Variant("elsewhere", lambda fact: fact.site is not None),),
    stay.CameTooLate: (Variant("slot_ended", lambda fact: fact.slot_ended),),
    stay.ChargingStarted: (Variant("again", lambda fact: fact.again),),
    stay.Cancelled: (_WITH_THE_REST, *_REASONED),
    stay.Resolved: _REASONED,
    timeline.OnTheWay: (Variant("late", lambda fact: fact.arrive_by is not None),),
    timeline_payment.PaymentNotLookedUp: _DETAILED,
    timeline_payment.PaymentWanted: _UNDATED,
    notices.PaymentWanted: (
        Variant("fee.undated", lambda fact: fact.fee and fact.until is None),
        Variant("fee", lambda fact: fact.fee),
        *_UNDATED,
    ),
    stay.AttentionNeeded: _DETAILED,
    notices.Locked: (
        Variant("backend", lambda fact: fact.promise is EnforcementLevel.BACKEND),
        Variant("soft", lambda fact: fact.promise is EnforcementLevel.SOFT),
    ),
    notices.Rerouted: (
        Variant("elsewhere", lambda fact: fact.site is not None),
        Variant("named", lambda fact: bool(fact.named)),
    ),
    notices.Overstay: (Variant("free", lambda fact: fact.fee.is_zero),),
    notices.Cancelled: (Variant("driver", lambda fact: fact.by is Cause.DRIVER), _WITH_THE_REST),
    money_notices.CreditGranted: (Variant("until", lambda fact: fact.until is not None),),
    money_notices.Receipt: (
        Variant("spent_and_credit", lambda fact: fact.spent is not None and not fact.credit.is_zero),
        Variant("spent", lambda fact: fact.spent is not None),
        Variant("nothing", lambda fact: fact.charged.is_zero and fact.credit.is_zero),
        Variant("credit_only", lambda fact: fact.charged.is_zero),
        Variant("with_credit", lambda fact: not fact.credit.is_zero),
    ),
    refused_bookings.KeptForOthers: (
        Variant("nobody.not_soon", lambda fact: not fact.who and fact.opens is None),
        Variant("nobody", lambda fact: not fact.who),
        Variant("not_soon", lambda fact: fact.opens is None),
    ),
    refused_bookings.NoBayFits: (Variant("sized", lambda fact: bool(fact.largest)),),
    refused_waiting.OfferCameToNothing: _REASONED,
    refused_people.TooManyOpen: (Variant("until", lambda fact: fact.ends_at is not None),),
    refused_people.BookedAtThatTime: (Variant("until", lambda fact: fact.ends_at is not None),),
    refused_people.StaysTooLong: (Variant("by_itself", lambda fact: fact.ends_at is None),),
    refused_people.OpensToTier: (
        Variant("to_nobody", lambda fact: not fact.sooner),
        Variant("now", lambda fact: fact.sooner_opens is None),
    ),
    audit.Cancel: _REASONED,
    audit_rules.MembershipGiven: (
        Variant("tier.until", lambda fact: fact.tier and fact.until is not None),
        Variant("tier", lambda fact: fact.tier),
        Variant("until", lambda fact: fact.until is not None),
    ),
    audit.ForceRelease: _REASONED,
    audit_rules.PriceRulesSet: (Variant("constant", lambda fact: not fact.varies),),
    audit_telling.WebhookEndpointSet: (Variant("off", lambda fact: not fact.active),),
    audit_rules.AccessRulesSet: (Variant("open", lambda fact: fact.open),),
    audit_rules.GroupJoined: (Variant("until", lambda fact: fact.until is not None),),
    audit_rules.InvitationMade: (Variant("domain", lambda fact: bool(fact.domain)),),
    audit_places.SiteSet: _NEW,
    audit_places.SitePlanSet: _REASONED,
    audit_places.PoolSet: _NEW,
    audit_places.ChargerSet: _NEW,
    audit_places.WalkInTariffSet: (Variant("ended", lambda fact: fact.ended),),
    audit_people.DriverEntered: (Variant("alone", lambda fact: not fact.fleet),),
    audit_people.CardSet: (
        Variant("moved.until", lambda fact: fact.former and fact.until is not None),
        Variant("moved", lambda fact: fact.former),
        Variant("until", lambda fact: fact.until is not None),
    ),
    audit.Reassign: (
        Variant("asked.reasoned", lambda fact: fact.asked and fact.reason),
        Variant("asked", lambda fact: fact.asked),
        Variant("agreed", lambda fact: fact.agreed),
        *_REASONED,
    ),
    audit.Waive: _REASONED,
    audit.Resolve: _REASONED,
    audit.SessionReleased: _REASONED,
    audit.ChargerCommand: (
        Variant("sending.connector", lambda fact: fact.outcome == audit.SENDING and fact.connector_number),
        Variant("sending.key", lambda fact: fact.outcome == audit.SENDING and fact.key),
        Variant("sending", lambda fact: fact.outcome == audit.SENDING),
        Variant("unknown.connector", lambda fact: fact.outcome == audit.UNKNOWN and fact.connector_number),
        Variant("unknown.key", lambda fact: fact.outcome == audit.UNKNOWN and fact.key),
        Variant("unknown", lambda fact: fact.outcome == audit.UNKNOWN),
        Variant("connector", lambda fact: fact.connector_number),
        Variant("key", lambda fact: fact.key),
    ),
    audit_rules.OpeningHoursSet: (Variant("always", lambda fact: not fact.hours),),
    audit.PasswordRotated: (Variant("generated", lambda fact: fact.generated),),
    audit.TransactionPlaced: (Variant("walk_in", lambda fact: not fact.reservation),),
    audit.TroubleEnded: (Variant("charger", lambda fact: fact.connector_number is None),),
    audit.ProfileSet: (Variant("default", lambda fact: fact.security_profile is None),),
    audit_money.InvoiceAccountSet: (Variant("unlimited", lambda fact: fact.limit is None),),
    offers.BayKept: (Variant("free", lambda fact: not fact.lost),),
    offers.EarlierHere: _ACCESSIBLE,
    offers.LaterHere: _ACCESSIBLE,
    prices.FeeAtBooking: (Variant("credited", lambda fact: fact.credited),),
    prices.BookingFee: (Variant("credited", lambda fact: fact.credited),),
    prices.CancelCosts: _UNTIL_OR_FREE,
    prices.RescheduleCosts: _UNTIL_OR_FREE,
    prices.Cancelling: (
        Variant("until.free", lambda fact: fact.until and fact.fee.is_zero),
        Variant("until", lambda fact: fact.until),
        Variant("start.free", lambda fact: not fact.ahead and fact.fee.is_zero),
        Variant("start", lambda fact: not fact.ahead),
        Variant("free", lambda fact: fact.fee.is_zero),
    ),
    prices.LateChange: (
        Variant("free.until", lambda fact: fact.free and fact.until),
        Variant("free", lambda fact: fact.free),
        Variant("until", lambda fact: fact.until),
    ),
    prices.NotComing: (
        Variant("by.unless_late", lambda fact: fact.by and fact.unless_late),
        Variant("by", lambda fact: fact.by),
        Variant("unless_late", lambda fact: fact.unless_late),
    ),
    prices.Staying: (Variant("since", lambda fact: fact.since),),
    prices.CreditMoved: (Variant("away", lambda fact: fact.away),),
    prices.Preauthorised: (Variant("slot", lambda fact: fact.amount is not None),),
    prices.Owing: (Variant("most", lambda fact: fact.most is not None),),
    refused_bookings.AccountFull: (Variant("limit", lambda fact: fact.limit is not None),),
    refused_bookings.AnotherCardNeeded: (Variant("quoted", lambda fact: bool(fact.words)),),
    money_notices.Invoiced: (Variant("credit", lambda fact: fact.credit.minor),),
    details.Charged: (
        Variant("both", lambda fact: fact.credit.minor and fact.outstanding.minor),
        Variant("credit", lambda fact: fact.credit.minor),
        Variant("outstanding", lambda fact: fact.outstanding.minor),
    ),
    details.Proposed: (Variant("time", lambda fact: bool(fact.window)),),
    details.PossibleAction: (Variant("alone", lambda fact: not fact.example),),
    details.NothingPossible: (Variant("settling", lambda fact: fact.settling),),
}
"""The first that applies is told; where none does, the fact's own key."""

COUNTED: Mapping[type[Fact], str] = {
    audit.OrphanReleased: "holds",
    audit.RefusalsCleared: "rows",
    refused_people.TooManyOpen: "most",
    refused_telling.CodeWrong: "left",
}
"""The number that a fact's words are inflected by."""


def list_of(kind: type[Fact]) -> str:
    return next(LISTS[base] for base in kind.__mro__ if base in LISTS)


def key_of(fact: Fact) -> str:
    """Of its words in the catalogue: `timeline.locked`, `notice.receipt.nothing`."""
    kind = type(fact)
    suffixes = (variant.suffix for variant in VARIANTS.get(kind, ()) if variant.applies(fact))
    return ".".join([list_of(kind), fact.code, *list(suffixes)[:1]])
