"""What a reservation costs in the end: which lines each outcome has. The files beside it price the lines."""

from collections.abc import Callable

from domain.money.bill import Bill
from domain.money.lines import WAIVABLE, LineItem
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.compensation import compensations
from domain.settlement.fees import cancellation_fees, late_no_show_fee, no_show_fee, reservation_fee
from domain.settlement.late_change import change_fees
from domain.settlement.metering import ChargingLeg
from domain.settlement.operators_failure import without_fees_of_ours
from domain.settlement.overstay import overstay_lines
from domain.settlement.session_lines import session_lines
from domain.settlement.surroundings import Surroundings
from domain.settlement.totals import summed
from domain.terms.accepted import Terms

_SERVED = (State.SETTLING, State.COMPLETED)


def is_asked_around(progress: Progress) -> bool:
    """Does the bill depend on how busy it is around? Only who was served can have overstayed."""
    return progress.state in _SERVED


def settle(
    progress: Progress,
    terms: Terms,
    legs: tuple[ChargingLeg, ...],
    around: Surroundings,
    *,
    only: Callable[[LineItem], bool] = lambda line: True,
) -> Bill:
    """The bill of a reservation whose story is over. `progress.state` names the outcome. `only`: which lines, untaxed.

    Energy and time that were delivered are paid in every outcome. SETTLING prices a served reservation;
    CANCELLED, NO_SHOW, UNFULFILLED and EXPIRED have their own rules; a declined booking costs nothing.
    """
    session = session_lines(progress, terms, legs)
    match progress.state:
        case state if state in _SERVED:
            lines = _served(progress, terms, session, around)
        case State.CANCELLED:
            lines = [*_for_cancelling(progress, terms), *session]
        case State.NO_SHOW:
            changes = change_fees(progress, terms, charged=False)
            lines = [*changes, no_show_fee(progress, terms), *session]
        case State.EXPIRED:
            lines = [*change_fees(progress, terms, charged=False), *session]
        case State.UNFULFILLED:
            lines = [*session, *compensations(progress, terms)]
        case _:
            lines = []
    due = [line for line in _due(lines, progress) if only(line)]
    return summed(due, terms, energy_wh=sum(leg.energy_wh for leg in legs))


def _served(
    progress: Progress, terms: Terms, session: list[LineItem], around: Surroundings
) -> list[LineItem]:
    return [
        reservation_fee(progress, terms, charged=bool(session)),
        *change_fees(progress, terms, charged=bool(session)),
        *session,
        *overstay_lines(progress, terms, around),
        *late_no_show_fee(progress, terms),
        *compensations(progress, terms),
    ]


def _for_cancelling(progress: Progress, terms: Terms) -> list[LineItem]:
    """What cancelling costs, or a late change before it did: the dearer one, whatever else has been waived."""
    changes = change_fees(progress, terms, charged=False)
    due = _due([*changes, *cancellation_fees(progress, terms)], progress)
    return sorted(due, key=lambda line: line.amount, reverse=True)[:1]


def _due(lines: list[LineItem], progress: Progress) -> list[LineItem]:
    return without_fees_of_ours(_not_waived(lines, progress))


def _not_waived(lines: list[LineItem], progress: Progress) -> list[LineItem]:
    waived = WAIVABLE.intersection(progress.waived)
    return [line for line in lines if not line.amount.is_zero and line.kind not in waived]
