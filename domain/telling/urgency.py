"""How soon each notice has to be told. Every notice stands in one of the lists."""

from datetime import timedelta
from enum import StrEnum

from domain.facts import money_notices, notices, signing_in_notices, waiting_notices
from domain.facts.fact import code_of
from domain.facts.notices import NoticeFact


class Urgency(StrEnum):
    NOW = "now"
    """It needs an answer, or is about the next hours at the bay, or somebody else may be at it in their name."""
    SOON = "soon"
    """It changes what somebody plans."""
    RECORD = "record"
    """To be kept: receipts and the like."""


GATHERED_FOR = {
    Urgency.NOW: timedelta(),
    Urgency.SOON: timedelta(seconds=30),
    Urgency.RECORD: timedelta(minutes=5),
}
"""So long a notice waits for others that go into the same message."""

_NOW = (
    notices.ChargerSilent,
    notices.EndedByFailure,
    notices.HeldLateUntil,
    notices.Locked,
    notices.MoveProposed,
    notices.MoveWithdrawn,
    notices.NextSlotElsewhere,
    notices.NoShow,
    notices.Overstay,
    notices.PaymentWanted,
    notices.Rerouted,
    notices.SlotEndingSoon,
    notices.StoppedByCharger,
    notices.TimeProposed,
    notices.Unfulfilled,
    signing_in_notices.AddressAdded,
    signing_in_notices.AddressRemoved,
    signing_in_notices.EndpointAdded,
    signing_in_notices.EndpointChanged,
    signing_in_notices.EndpointSecretChanged,
    signing_in_notices.EnteredByFleet,
    signing_in_notices.ErasureAsked,
    signing_in_notices.PasskeyAdded,
    signing_in_notices.PasskeyCopySeen,
    waiting_notices.OfferNotBooked,
    waiting_notices.OfferTakenBack,
    waiting_notices.PlaceOffered,
)
_SOON = (
    money_notices.BudgetOfFleetReached,
    money_notices.BudgetReached,
    notices.Cancelled,
    notices.Confirmed,
    notices.DateSkipped,
    money_notices.DebtNeedsDriver,
    money_notices.DebtOpened,
    notices.Expired,
    notices.Extended,
    notices.GroupGivenUp,
    notices.Rescheduled,
    notices.Shortened,
    notices.SlotSwapped,
    notices.WentOn,
    waiting_notices.OfferNotTaken,
    waiting_notices.ServedOtherwise,
    waiting_notices.WaitingOver,
)
_RECORD = (
    notices.BayReportResolved,
    money_notices.BillLowered,
    money_notices.BillRaised,
    money_notices.ClaimDropped,
    money_notices.CreditExpired,
    money_notices.CreditExpiresSoon,
    money_notices.CreditGranted,
    money_notices.DebtClaimed,
    money_notices.DebtPaid,
    money_notices.DebtPaidByCredit,
    money_notices.DebtWrittenOff,
    money_notices.DocumentIssued,
    money_notices.Invoiced,
    money_notices.Receipt,
    money_notices.RefundCredited,
    money_notices.RefundTransferred,
    money_notices.Refunded,
)


def _by_code(kinds: tuple[type[NoticeFact], ...], urgency: Urgency) -> dict[str, Urgency]:
    return {code_of(kind): urgency for kind in kinds}


URGENCIES = {
    **_by_code(_NOW, Urgency.NOW),
    **_by_code(_SOON, Urgency.SOON),
    **_by_code(_RECORD, Urgency.RECORD),
}
"""By a notice's code. One that is not here was written by a newer version, and waits for it."""

OF_SIGNING_IN = frozenset(
    code_of(kind)
    for kind in (
        signing_in_notices.AddressAdded,
        signing_in_notices.AddressRemoved,
        signing_in_notices.EndpointAdded,
        signing_in_notices.EndpointChanged,
        signing_in_notices.EndpointSecretChanged,
        signing_in_notices.EnteredByFleet,
        signing_in_notices.ErasureAsked,
        signing_in_notices.PasskeyAdded,
        signing_in_notices.PasskeyCopySeen,
    )
)
"""Somebody else may be at it in their name: it is told whatever is wanted."""
