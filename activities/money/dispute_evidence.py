"""Puts together what speaks for a disputed payment: terms, what happened, the charger's sessions, bill and messages.

By the provider's own fields, in English as banks read it, without anything that says who the driver is.
"""

from collections.abc import Sequence

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.settlement_records import bill_of, settlements_of
from activities.people.projection import view_from_document
from contracts.publication import ReservationView
from db.queries.reservations import notifications_of
from db.tables import ChargingSession, Dispute, Notification, ReservationRow
from domain.money.bill import Bill
from domain.money.dispute_evidence import fitted
from domain.place.slots import Slot
from texts.reader import Reader

log = structlog.get_logger(__name__)

_SHOWN_BEFORE = (
    "The terms under cancellation_policy_disclosure were shown before booking and accepted with it."
)


async def evidence_of(session: AsyncSession, dispute: Dispute) -> dict[str, str]:
    """Without what we show of the reservation where we know none."""
    view = _shown(await session.get(ReservationRow, dispute.reservation_code))
    steps = await settlements_of(session, dispute.reservation_code) if dispute.reservation_code else ()
    bill = await bill_of(session, steps[-1] if steps else None)
    charged = await _sessions(session, dispute.reservation_code)
    if view is None:
        return fitted({"uncategorized_text": _sections(dispute.added_text, _bill(Reader(), bill), *charged)})
    reader = Reader(zone=view.site_zone)
    told = await notifications_of(session, view.driver_id, view.code)
    return fitted(
        {
            "product_description": f"Charging of an electric vehicle at {view.site_name}, reservation {view.code}",
            "service_date": f"{view.slot_start:%Y-%m-%d}",
            "access_activity_log": _sections(*_happened(reader, view), *charged),
            "cancellation_policy_disclosure": _terms(reader, view),
            "refund_policy_disclosure": _SHOWN_BEFORE if view.terms else "",
            "uncategorized_text": _sections(
                dispute.added_text, _bill(reader, bill), "Messages to the customer:", *_messages(reader, told)
            ),
        }
    )


def _shown(row: ReservationRow | None) -> ReservationView | None:
    """A case has its date, whatever became of the projection: that is mended by the reconciliation."""
    if row is None:
        return None
    try:
        return view_from_document(row.snapshot)
    except ValidationError:
        log.warning("dispute_without_view", reservation=row.code)
        return None


def _terms(reader: Reader, view: ReservationView) -> str:
    if view.terms is None:
        return ""
    accepted = f" and accepted at {view.timeline[0].at.isoformat()}" if view.timeline else ""
    versions = f"policy {view.terms.policy_version}, tariff {view.terms.tariff_version}"
    words = reader.terms(view.terms, Slot(view.slot_start, view.slot_end))
    return _sections(f"Shown before booking{accepted} ({versions}):", *words)


def _happened(reader: Reader, view: ReservationView) -> list[str]:
    return [
        f"{one.at.isoformat()} {reader.timeline(one.code, one.parameters, one.at)}" for one in view.timeline
    ]


def _messages(reader: Reader, told: Sequence[Notification]) -> list[str]:
    return [f"{one.at.isoformat()} {reader.notice(one.template, one.parameters, one.at)}" for one in told]


def _bill(reader: Reader, bill: Bill | None) -> str:
    if bill is None:
        return ""
    lines = [f"{reader.line(line)}: {reader.money(line.amount)}" for line in bill.lines]
    return _sections("Bill:", *lines, f"Charged: {reader.money(bill.charge)}")


async def _sessions(session: AsyncSession, code: str) -> list[str]:
    found = await session.scalars(
        select(ChargingSession)
        .where(ChargingSession.reservation_code == code)
        .order_by(ChargingSession.started_at)
    )
    return [
        f"Charger {one.charger_id}, transaction {one.transaction_id}: from {one.started_at.isoformat()} "
        f"to {one.ended_at.isoformat() if one.ended_at else 'now'}, meter {one.meter_start_wh} Wh "
        f"to {one.meter_last_wh} Wh"
        for one in found
    ]


def _sections(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
