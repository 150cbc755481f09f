"""The words of closed lists, and of codes that stand in a fact as text."""

from collections.abc import Mapping
from enum import StrEnum

from contracts.names import MessageName
from domain.causes import Cause
from domain.charging.commands import CommandOutcome
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.charging.recommended import SettingReason
from domain.charging.trouble import TroubleCause
from domain.facts import (
    audit,
    ledger,
    money_notices,
    notices,
    refused_actions,
    refused_bookings,
    refused_waiting,
    stay,
    timeline,
    waiting_notices,
)
from domain.facts.attention import Problem
from domain.facts.fact import Fact
from domain.facts.stay import ArrivalSign
from domain.facts.timeline import PushReason
from domain.money.credits import CreditOrigin
from domain.money.declines import DebtReason
from domain.money.lines import Limit, LineKind
from domain.money.movements import CaseState
from domain.money.price import Price
from domain.money.refunds import RefundCause
from domain.part import PartOf
from domain.place.fit import MisfitKind
from domain.reservation.lifecycle import DepositState, State
from domain.reservation.release import ReleaseReason
from texts import steps
from texts.catalogue import Catalogue

LISTS: Mapping[type[StrEnum], str] = {
    ArrivalSign: "arrival",
    CaseState: "dispute",
    Cause: "cause",
    CommandOutcome: "outcome",
    ConnectorStatus: "status",
    CreditOrigin: "credit",
    DebtReason: "debt",
    EnforcementLevel: "promise",
    Limit: "limit",
    LineKind: "line",
    MisfitKind: "misfit",
    PartOf: "part_of",
    Price: "tariff_price",
    Problem: "attention",
    SettingReason: "setting",
    PushReason: "push",
    RefundCause: "refund_cause",
    ReleaseReason: "release",
    State: "state",
    TroubleCause: "trouble",
    DepositState: "deposit",
    MessageName: "message",
}
"""First part of the keys of each closed list; the second is the member's value."""

AS_TEXT = "code"
"""For codes of lists that are not closed: they are shown as they are, legibly."""

OTHERWISE: Mapping[tuple[type[Fact], str], str] = {
    (timeline.Declined, "reason"): "refusal",
    (timeline.NotDone, "reason"): "refusal",
    (stay.Waived, "kind"): "line",
    (audit.Waive, "kind"): "line",
    (audit.ChargerCommand, "command"): "command",
    (audit.ChargerCommand, "outcome"): "outcome",
    # "the driver's wish" is why something is done, "by the driver" is who has done it
    (stay.Cancelled, "by"): "by",
    (stay.NoShowFeeDropped, "by"): "by",
    (notices.Cancelled, "by"): "by",
    (notices.DateSkipped, "reason"): "refusal",
    (refused_waiting.OfferCameToNothing, "reason"): "refusal",
    (waiting_notices.OfferNotBooked, "reason"): "refusal",
    (waiting_notices.OfferTakenBack, "reason"): "refusal",
    (money_notices.DocumentIssued, "kind"): "document.kind",
    (waiting_notices.WaitingOver, "reason"): "refusal",
    (ledger.Settlement, "state"): "state",
    (ledger.PaymentsVoided, "reason"): AS_TEXT,
    (ledger.PayoutMoved, "status"): AS_TEXT,
    (refused_actions.WrongState, "allowed"): "state",
    (refused_bookings.NamedBayUnfit, "misfits"): "misfit",
    (refused_bookings.NoBayFits, "misfits"): "misfit",
    (refused_actions.WrongState, "state"): "state",
    (refused_actions.Over, "state"): "state",
    (refused_actions.OverRefund, "state"): "state",
    (steps.GiveBackMoney, "reason"): AS_TEXT,
    (steps.OperatorCommand, "command"): "command",
}
"""Parameters that are told by another list than their type's, or are codes although their type is text."""


def word(words: Catalogue, member: StrEnum) -> str:
    """A member in the middle of a sentence; one of a list that has no words, legibly as it is."""
    return listed(words, LISTS.get(type(member), AS_TEXT), member.value)


def listed(words: Catalogue, of: str, code: str) -> str:
    """The word for `code` in the list whose keys begin with `of`; the code itself when it is not there."""
    key = f"{of}.{code.lower()}"
    return words.text(key) if words.has(key) else code.replace("_", " ")
