"""What the Temporal UI shows of a reservation: its page (state, deadlines, money, what happened, what can be done), and
a sentence for each step.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from domain.reservation.actions.action import Action, Situation
from domain.reservation.deadlines import next_deadline
from domain.reservation.lifecycle import Course
from domain.settlement.costs_ahead import costs_of_changing
from domain.terms.accepted import Terms
from texts import details
from texts.reader import Reader
from texts.steps import Step
from workflows.reservation.record import Record
from workflows.reservation.view import possible_now

_LATEST = 8


def details_of(record: Record, now: datetime) -> str:
    """Markdown in English, on the site's clock."""
    reader = Reader(zone=record.zone)
    parts = [
        list(part) for part in (_head(record, reader, now), _money(record, reader), _end(record, reader, now))
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def summary_of(record: Record, step: Step, now: datetime) -> str:
    """In English, on the site's clock."""
    return Reader(zone=record.zone).fact(step, now)


def _head(record: Record, reader: Reader, now: datetime) -> Iterator[str]:
    progress = record.progress
    yield reader.fact(details.Heading(reservation=record.code, state=progress.state))
    yield ""
    if progress.attention:
        problems = "; ".join(reader.attention(a.problem, a.detail) for a in progress.attention)
        yield from (reader.fact(details.NeedsAttention(problems=problems)), "")
    if record.decline:
        yield reader.fact(details.Declined(reason=record.decline.code, why=reader.why(record.decline.why)))
    if record.terms:
        yield from _place_and_time(record, record.terms, reader, now)


def _place_and_time(record: Record, terms: Terms, reader: Reader, now: datetime) -> Iterator[str]:
    progress = record.progress
    yield reader.fact(details.Slot(window=reader.span(progress.slot.start, progress.slot.end)))
    place = progress.assignment
    if place is not None:
        yield reader.fact(
            details.Place(
                site=record.site,
                bay=place.label,
                charger_id=place.charger_id,
                connector=place.connector_number,
                promise=progress.enforcement,
            )
        )
    proposal = progress.proposal
    if proposal is not None:
        yield reader.fact(
            details.Proposed(
                site=record.site_of(proposal.place.site_id),
                bay=proposal.place.label,
                charger_id=proposal.place.charger_id,
                cause=proposal.cause,
                window="" if proposal.at is None else reader.span(proposal.at.start, proposal.at.end),
            )
        )
    deadline = next_deadline(progress, terms.policy)
    if deadline is not None:
        text = reader.deadline(deadline.kind, deadline.at, now, zoned=True)
        yield reader.fact(details.Next(deadline=text))


def _money(record: Record, reader: Reader) -> Iterator[str]:
    deposit = record.deposit
    if deposit is None:
        return
    yield reader.fact(details.MoneyHeading())
    status = record.progress.deposit
    if record.fee is not None:
        yield reader.fact(details.FeeAtBooking(amount=record.fee, status=status))
    else:
        yield reader.fact(details.Deposit(amount=deposit, status=status))
    receipt = record.receipt
    if receipt is not None:
        for line in receipt.bill.lines:
            yield reader.fact(details.BillLine(text=reader.line(line), amount=line.amount))
        if receipt.account:
            yield reader.fact(details.Invoiced(amount=receipt.invoiced, account=receipt.account))
            return
        yield reader.fact(
            details.Charged(
                captured=receipt.payments.captured,
                credit=receipt.bill.credit,
                outstanding=receipt.outstanding,
            )
        )


def _end(record: Record, reader: Reader, now: datetime) -> Iterator[str]:
    yield reader.fact(details.LatestHeading(zone=reader.zone_name(now)))
    for entry in record.timeline[-_LATEST:]:
        text = reader.timeline(entry.code, entry.parameters, entry.at)
        yield reader.fact(details.Entry(clock=reader.clock(entry.at, now), text=text))
    yield from ("", reader.fact(details.ActionsHeading()))
    possible = possible_now(record, now)
    for action in possible:
        yield reader.fact(details.PossibleAction(name=action.name, example=_example(action, record, now)))
    if not possible:
        yield reader.fact(details.NothingPossible(settling=record.progress.course is Course.COLLECTING))


def _example(action: Action, record: Record, now: datetime) -> str:
    """An input that would be accepted now, as JSON; empty for an action that takes none."""
    if action.example is None:
        return ""
    step = (record.terms.policy.slots.step if record.terms else None) or timedelta(minutes=15)
    slot, costs = record.progress.slot, record.terms and costs_of_changing(record.progress, record.terms, now)
    proposal = record.progress.proposal
    at = Situation(
        slot=slot,
        step=step,
        now=now,
        change_cost=costs[0].cost if costs else None,
        proposal=proposal.number if proposal else 1,
    )
    message = action.example(at)
    return json.dumps(asdict(message), default=_as_text)


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
