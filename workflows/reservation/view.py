"""The view of a reservation: what drivers, operators and lists see of it. Facts, no texts."""

from datetime import datetime

from contracts.publication import ProposedPlace, ReservationView
from domain.reservation.actions.action import Action
from domain.reservation.actions.possible import possible_actions
from domain.reservation.authorisation import authorisation_due
from domain.reservation.deadlines import next_deadline
from domain.reservation.grace import awaited_until
from domain.reservation.lifecycle import HOLDING, DepositState
from domain.settlement.costs_ahead import costs_of_cancelling, costs_of_changing
from domain.settlement.promise_kept import promise_kept
from workflows.reservation.record import Record


def view_of(record: Record, now: datetime) -> ReservationView:
    request, progress, terms = record.request, record.progress, record.terms
    assignment = progress.assignment
    shown = terms is not None and not progress.course.is_closed
    deadline = next_deadline(progress, terms.policy) if terms and shown else None
    possible = tuple(action.name for action in possible_now(record, now))
    bill = record.receipt.bill if record.receipt else None
    over = promise_kept(progress, terms.policy, bill) if terms else None
    return ReservationView(
        code=record.code,
        state=progress.state,
        driver_id=request.driver_id,
        account=request.account,
        fleet_id=record.fleet_id,
        site_id=assignment.site_id if assignment else request.site_id,
        site_name=record.site.name,
        site_address=record.site.address,
        site_distance_m=record.site.distance_m,
        proposed=_proposed(record),
        site_zone=record.zone,
        slot_start=progress.slot.start,
        slot_end=progress.slot.end,
        connector_id=assignment.connector_id if assignment else None,
        charger_id=assignment.charger_id if assignment else None,
        connector_number=assignment.connector_number if assignment else None,
        bay=assignment.label if assignment else None,
        power_w=assignment.power_w if assignment else None,
        plug=assignment.plug if assignment else "",
        enforcement=progress.enforcement if assignment else None,
        id_tag=(record.held.app_tag or None) if assignment and record.held else None,
        arrive_by=awaited_until(progress, terms.policy) if terms else None,
        next_deadline=deadline.kind if deadline else "",
        next_deadline_at=deadline.at if deadline else None,
        deposit=record.deposit,
        fee=record.fee,
        payment_status=_payment_status(record.progress.deposit),
        authorised_from=_authorised_from(record) if shown else None,
        payment_due_at=progress.payment_due_at if shown else None,
        client_secret=_client_secret(record),
        receipt=record.receipt,
        attention=tuple(progress.attention),
        decline_code=record.decline.code if record.decline else "",
        ended_by=progress.ended_by or "",
        never_confirmed=progress.never_confirmed,
        possible=possible,
        timeline=tuple(record.timeline),
        terms=terms,
        cancelling=costs_of_cancelling(progress, terms, now) if terms and "cancel" in possible else (),
        changing=costs_of_changing(progress, terms, now) if terms and "reschedule" in possible else (),
        kept=over.kept if over else None,
        failed_for=over.failed_for if over else None,
    )


def possible_now(record: Record, now: datetime) -> tuple[Action, ...]:
    """The actions that would be accepted now."""
    return possible_actions(record.progress, record.terms.policy if record.terms else None, now)


def _proposed(record: Record) -> ProposedPlace | None:
    proposal = record.progress.proposal
    if proposal is None:
        return None
    place = proposal.place
    return ProposedPlace(
        number=proposal.number,
        site=record.site_of(place.site_id),
        charger_id=place.charger_id,
        bay=place.label,
        power_w=place.power_w,
        cause=proposal.cause,
        answer_by=proposal.answer_by,
        slot=proposal.at,
        instead=record.proposed_as,
    )


def _payment_status(deposit: DepositState) -> str:
    """Empty while there is nothing to tell."""
    return "" if deposit in (DepositState.NONE_NEEDED, DepositState.ASKED) else deposit.value


def _authorised_from(record: Record) -> datetime | None:
    progress = record.progress
    if progress.deposit is DepositState.AUTHORISED:
        return None
    return authorisation_due(progress, record.accepted_terms.policy)


def _client_secret(record: Record) -> str | None:
    if record.progress.state not in HOLDING or record.authorisation is None:
        return None
    return record.authorisation.client_secret
