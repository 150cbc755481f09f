"""Which news of one reservation makes which earlier news of it untrue: that is not told any more.

Nothing that says what somebody pays is ever here.
"""

from domain.facts import money_notices, notices, waiting_notices
from domain.facts.fact import code_of
from domain.facts.notices import NoticeFact

Kinds = tuple[type[NoticeFact], ...]

_ASKED: Kinds = (notices.MoveProposed, notices.TimeProposed)
_PLACE: Kinds = (notices.Locked, notices.Rerouted, notices.MoveWithdrawn)
_ENDS: Kinds = (notices.Extended, notices.Shortened, notices.SlotEndingSoon)
_BOOKED: Kinds = (notices.Confirmed, notices.SlotSwapped, notices.PaymentWanted, *_PLACE, *_ASKED, *_ENDS)

_UNTRUE: dict[type[NoticeFact], Kinds] = {
    notices.Cancelled: _BOOKED,
    notices.GroupGivenUp: _BOOKED,
    notices.Expired: _BOOKED,
    notices.Unfulfilled: _BOOKED,
    notices.EndedByFailure: _BOOKED,
    notices.Rescheduled: (*_PLACE, *_ASKED, *_ENDS),
    notices.SlotSwapped: (notices.SlotSwapped, *_PLACE, *_ASKED, *_ENDS),
    notices.Rerouted: (*_PLACE, *_ASKED),
    notices.MoveWithdrawn: _ASKED,
    notices.MoveProposed: _ASKED,
    notices.TimeProposed: _ASKED,
    notices.Confirmed: (notices.PaymentWanted, waiting_notices.PlaceOffered),
    notices.Locked: (notices.Locked,),
    notices.PaymentWanted: (waiting_notices.PlaceOffered,),
    notices.Extended: _ENDS,
    notices.Shortened: _ENDS,
    notices.WentOn: _ENDS,
    notices.Overstay: (notices.SlotEndingSoon,),
    waiting_notices.OfferNotTaken: (waiting_notices.PlaceOffered,),
    waiting_notices.OfferTakenBack: (waiting_notices.PlaceOffered,),
    money_notices.DebtNeedsDriver: (money_notices.DebtOpened,),
    money_notices.DebtPaid: (money_notices.DebtNeedsDriver, money_notices.DebtOpened),
    money_notices.DebtWrittenOff: (money_notices.DebtNeedsDriver, money_notices.DebtOpened),
}

_BY_CODE = {code_of(later): frozenset(code_of(one) for one in kinds) for later, kinds in _UNTRUE.items()}


def made_untrue(later: str) -> frozenset[str]:
    """Codes of the earlier notices about the same that a notice of that code makes untrue."""
    return _BY_CODE.get(later, frozenset())
