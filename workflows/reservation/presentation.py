"""How a reservation shows itself: the view for drivers and lists, and the Markdown for the Temporal UI."""

from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.line_texts import line_text
from contracts.publication import ReservationView
from domain.money.amount import Money
from domain.reservation.actions.table import possible_actions
from domain.reservation.deadlines import Deadline, arrival_by, next_deadline
from domain.reservation.lifecycle import State
from domain.terms.accepted import Terms

from workflows.reservation.record import Record

_OPERATOR = '{"operator": "your name", "reason": "why"}'
_EXAMPLES = {
    "cancel": '{"reason": "why"}',
    "reschedule": '{"start": "2026-11-22T14:00:00Z", "end": "2026-11-22T15:00:00Z"}',
    "extend": '{"end": "2026-11-22T15:30:00Z"}',
    "on_my_way": '{"eta": "2026-11-22T14:10:00Z"}',
    "operator_cancel": _OPERATOR,
    "force_release": _OPERATOR,
    "resolve": _OPERATOR,
    "reassign": '{"connector_id": 7, "operator": "your name", "reason": "why"}',
    "waive": '{"kind": "no_show", "operator": "your name", "reason": "why"}',
}

WHILE_ENDING = ("waive", "resolve")
"""What may still be asked when only the settlement stands between a reservation and closing."""

_BEFORE_ARRIVAL = (State.AWAITING_PAYMENT, State.CONFIRMED, State.LOCKED)


def view_of(record: Record, now: datetime) -> ReservationView:
    request, progress, terms = record.request, record.progress, record.terms
    assignment = progress.assignment
    deadline = next_deadline(progress, terms.policy) if terms and not record.closed else None
    return ReservationView(
        code=record.code,
        state=progress.state,
        driver_id=request.driver_id,
        account=request.account,
        fleet_id=request.fleet_id,
        site_id=assignment.site_id if assignment else request.site_id,
        site_name=record.site_name,
        slot_start=progress.slot.start,
        slot_end=progress.slot.end,
        connector_id=assignment.connector_id if assignment else None,
        charger_id=assignment.charger_id if assignment else None,
        connector_number=assignment.connector_number if assignment else None,
        bay=assignment.label if assignment else None,
        power_w=assignment.power_w if assignment else None,
        enforcement=progress.enforcement if assignment else None,
        id_tag=(record.held.app_tag or None) if assignment and record.held else None,
        arrive_by=arrival_by(progress, terms.policy) if terms and progress.state in _BEFORE_ARRIVAL else None,
        next_deadline=_told(deadline, terms) if deadline and terms else "",
        next_deadline_at=deadline.at if deadline else None,
        deposit=terms.policy.deposit if terms else None,
        payment_status=_payment_status(record),
        client_secret=_client_secret(record),
        receipt=record.receipt,
        needs_attention=progress.needs_attention,
        decline_code=record.decline.code if record.decline else "",
        ended_by=progress.ended_by or "",
        possible=possible_now(record, now),
        timeline=tuple(record.timeline),
    )


def possible_now(record: Record, now: datetime) -> tuple[str, ...]:
    """Names of the updates that would be accepted now."""
    if record.closed or record.terms is None:
        return ()
    possible = tuple(a.name for a in possible_actions(record.progress, record.terms.policy, now))
    if record.money_due:
        return ()
    return tuple(name for name in possible if name in WHILE_ENDING) if record.ending else possible


def details_of(record: Record, now: datetime) -> str:
    """Live Markdown for the workflow's page: state, deadlines, money, latest events, what can be done now."""
    progress, terms = record.progress, record.terms
    lines = [f"## {record.code}: {progress.state.replace('_', ' ').lower()}"]
    if progress.needs_attention:
        lines += [
            "",
            f"**Needs attention:** {progress.needs_attention}. Mend it, then send the update `resolve`.",
        ]
    if record.decline:
        lines += ["", f"Declined ({record.decline.code}): {record.decline.message}"]
    if terms:
        lines += ["", *_facts(record, terms), "", *_money(record, terms)]
    zone = ZoneInfo(terms.site_zone) if terms else ZoneInfo("UTC")
    lines += ["", f"### Latest ({now.astimezone(zone):%Z})"]
    lines += [f"- {entry.at.astimezone(zone):%H:%M:%S} {entry.text}" for entry in record.timeline[-8:]]
    lines += ["", "### What can be done now", *_actions(record, now)]
    return "\n".join(lines)


def _actions(record: Record, now: datetime) -> list[str]:
    """Each update that would be accepted, with an input to start from."""
    names = possible_now(record, now)
    if not names:
        return ["The money is being settled." if record.money_due else "Nothing: it has ended."]
    return [f"- `{name}`" + (f" with `{_EXAMPLES[name]}`" if name in _EXAMPLES else "") for name in names]


def _facts(record: Record, terms: Terms) -> list[str]:
    progress = record.progress
    zone = ZoneInfo(terms.site_zone)
    slot = progress.slot
    rows = [
        f"- Slot {slot.start.astimezone(zone):%a %d %b %H:%M:%S} to {slot.end.astimezone(zone):%H:%M:%S %Z}"
    ]
    if progress.assignment:
        place = progress.assignment
        rows.append(
            f"- {record.site_name}, {place.label} (charger `{place.charger_id}`, connector {place.connector_number}), "
            f"promise: {progress.enforcement}"
        )
    deadline = next_deadline(progress, terms.policy)
    if deadline and not record.closed:
        rows.append(f"- Next: {_told(deadline, terms)}")
    return rows


def _money(record: Record, terms: Terms) -> list[str]:
    rows = ["### Money", f"- Deposit {terms.policy.deposit} {_authorisation(record)}"]
    if record.receipt:
        rows += [f"- {line_text(line)}: {line.amount}" for line in record.receipt.bill.lines]
        rows.append(f"- **Charged {record.receipt.payments.captured}**{_rest(record)}")
    return rows


def _rest(record: Record) -> str:
    receipt = record.receipt
    if receipt is None:
        return ""
    parts = [
        f", {word} {amount}"
        for word, amount in _rests(receipt.bill.credit, receipt.outstanding)
        if amount.minor
    ]
    return "".join(parts)


def _rests(credit: Money, outstanding: Money) -> list[tuple[str, Money]]:
    return [("credit to the driver", credit), ("outstanding", outstanding)]


def _authorisation(record: Record) -> str:
    return f"({_payment_status(record)})" if record.authorisation else "(none needed)"


def _payment_status(record: Record) -> str:
    """Of the deposit: authorised while it is held, captured or released once the money is settled."""
    if record.authorisation is None:
        return ""
    if record.receipt is None:
        return record.authorisation.status
    return "captured" if record.receipt.payments.captured.minor > 0 else "released"


def _told(deadline: Deadline, terms: Terms) -> str:
    """The sentence and the zone its clock is in: people elsewhere read it too."""
    return f"{deadline.sentence(terms.site_zone)} ({deadline.at.astimezone(ZoneInfo(terms.site_zone)):%Z})"


def _client_secret(record: Record) -> str | None:
    if record.progress.state is not State.AWAITING_PAYMENT or record.authorisation is None:
        return None
    return record.authorisation.client_secret
