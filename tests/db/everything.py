"""A driver of whom something stands in every table that can hold it: rows as wild as the columns allow."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Column, text
from sqlalchemy.dialects.postgresql import JSONB, Range
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Sessions
from db.personal.registry import HELD
from db.tables import metadata

WHO = "driver-of-everything"
CODE = "7F3K2QVMX9TA"
TAG, APP_TAG = "04A1B2C3D4", "A9C2E4F60718293A4B5C"
CUSTOMER = "cus_of_everything"
ANOTHER = "driver-2"
"""Beside them in what is theirs: who came with them, whose card they have now."""
ADDRESS, PLATE, GUEST, GUESTS_NUMBER = "vera@example.org", "B-EV 2026", "Gustav Gast", "+49 170 1234567"
FIRM, STREET = "Vera Voll GmbH", "Allerleiweg 7"
NAMES = (WHO, TAG, APP_TAG, CUSTOMER, ADDRESS, PLATE, GUEST, GUESTS_NUMBER, FIRM, STREET)
"""None of them is said anywhere of who was erased."""
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_LATER = NOON + timedelta(hours=1)
_DOCUMENT = {
    "driver_id": WHO,
    "deep": [{"id_tag": TAG, "app": APP_TAG}],
    "customer": CUSTOMER,
    "state": "fine",
}
_WHOSE = {"driver_id", "account", "subject"}

SAID: Mapping[str, dict[str, Any]] = {
    "drivers": {"id": WHO, "stripe_customer": CUSTOMER, "person_id": "p-1", "blocked": False, "sown": None},
    "people": {"id": "p-1"},
    "tokens": {"value": TAG, "kind": "rfid", "reservation_code": None, "blocked": False, "card_id": "c-1"},
    "former_cards": {"value": "OF-ANOTHER"},
    "vehicles": {"plate": PLATE, "fleet_id": None, "plugs": ["IEC_62196_T2"]},
    "contact_points": {"address": ADDRESS, "fleet_id": None, "channel": "mail", "removed_at": None},
    "telling_preferences": {"fleet_id": None, "quiet_start": None, "quiet_end": None, "quiet_zone": ""},
    "notifications": {"key": f"group-1:given-up:{WHO}"},
    "messages": {"fleet_id": None, "contact_point_id": 1, "notices": [1]},
    "web_sessions": {"claims": {"sub": WHO, "email": ADDRESS}},
    "group_members": {"since": NOON - timedelta(days=1), "until": None},
    "memberships": {
        "key": f"sub_1:gold:{WHO}", "valid_from": NOON - timedelta(days=9), "valid_until": None, "ended_at": None,
        "ended_by": "",
    },
    "subscriptions": {"customer": CUSTOMER, "status": "canceled"},
    "reservation_guests": {"name": GUEST, "contact": GUESTS_NUMBER},
    "idempotency": {"created_at": NOON - timedelta(days=3)},
    "audit": {
        "actor": f"driver:{WHO}", "key": f"sub_1:gold:{WHO}:given",
        "detail": _DOCUMENT | {"reason": f"{GUEST} rang up", "former": ANOTHER},
    },
    "reservations": {"code": CODE, "closed_at": NOON, "snapshot": _DOCUMENT | {"client_secret": "pi_secret"}},
    "reservation_groups": {"drivers": [WHO, ANOTHER], "codes": [CODE], "state": "booked"},
    "reservation_series": {"state": "open"},
    "reservation_series_dates": {"series_id": "id", "state": "booked"},
    "reservation_routes": {"end_latitude": None, "end_longitude": None},
    "holds": {
        "released_at": NOON, "connector_id": 1, "berth_id": 1, "group_id": TAG, "during": Range(NOON, _LATER),
    },
    "swap_offers": {"gives_end": _LATER, "wants_end": _LATER, "taken_by": None},
    "quotes": {"slot_end": _LATER, "valid_until": _LATER},
    "adjustments": {"line": None, "position": None},
    "reservation_changes": {"code": CODE},
    "waiting_list_entries": {"state": "waiting", "energy": None, "length_seconds": 3600},
    "unplaced_transactions": {"id_tag": TAG, "session_id": 1},
    "refused_cards": {"id_tag": TAG},
    "walk_in_handovers": {"session_id": 1},
    "walk_in_changes": {"session_id": 1},
    "meter_readings": {"session_id": 1},
    "sessions": {"id_tag": TAG, "ended_at": NOON, "transaction_id": "1"},
    "payments": {"status": "succeeded"},
    "payment_moments": {"payment_id": 1},
    "settlements": {"posted_at": None, "captured_minor": None, "released_minor": None, "refunded_minor": None},
    "settlement_lines": {
        "settlement_id": 1, "quantity": None, "unit": None, "unit_price_minor": None, "charger_id": None,
        "connector_number": None,
    },
    "money_requests": {"state": "approved", "decided_by": "otto", "decided_at": NOON},
    "debts": {"state": "paid", "outstanding_minor": 0, "closed_at": NOON},
    "disputes": {"state": "won", "closed_at": NOON, "taken_minor": 0},
    "credits": {"spent_minor": 0, "expired_minor": 0, "approved_by": ""},
    "credit_uses": {"credit_id": 1},
    "ledger_entries": {"transaction_id": 1, "account": "receivables"},
    "ledger_transactions": {"parameters": {}},
    "documents": {"content": {"buyer": FIRM}},
    "statement_documents": {"document_id": 1, "statement_id": 2},
    "billing_parties": {"kind": "driver", "name": FIRM, "address": STREET},
    "inbox": {"source": "reservation", "subject": CODE, "answer": None},
    "outbox": {"inbox_id": 1, "delivered_at": NOON, "extra": {}},
}  # fmt: skip


async def plant_everything(sessions: Sessions) -> None:
    """One row in each table of the registry, past triggers and foreign keys."""
    async with sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        for held in HELD:
            await _plant(session, held.name)
        app = SAID["tokens"] | {"value": APP_TAG, "kind": "app", "reservation_code": CODE, "card_id": None}
        await _plant(session, "tokens", **app)
        handed_on = SAID["tokens"] | {"value": "OF-ANOTHER", "driver_id": "driver-2", "card_id": "c-2"}
        await _plant(session, "tokens", **handed_on)
        await _plant(session, "drivers", id="driver-2", person_id=None, stripe_customer=None, sown=None)
        answered = {
            "source": "charger",
            "subject": "NORTH-1",
            "event_id": "shown",
            "answer": {"welcome": TAG},
        }
        await _plant(session, "inbox", **answered, payload={"kind": "token_presented"})
        granted = {
            "account": "granted_by",
            "key": f"grant\x1f{WHO}\x1fonce",
            "reservation_code": "none",
            "reckoned_for": None,
        }
        await _plant(session, "idempotency", **granted)
        said = {"source": "stripe", "subject": "payment_intent_id", "event_id": "evt_1"}
        await _plant(session, "inbox", **said, payload={"data": {"object": {"customer": CUSTOMER}}})
        said = {"source": "stripe", "subject": CUSTOMER, "event_id": "evt_2"}
        await _plant(session, "inbox", **said, payload={"data": {"object": {"id": CUSTOMER}}})
        other = {"subject": "driver-2", "key": "other", "actor": "operator:olga", "detail": {"former": WHO}}
        await _plant(session, "audit", **other)


async def _plant(session: AsyncSession, table: str, **over: Any) -> None:
    values = SAID.get(table, {}) | over
    row = {column.name: values.get(column.name, _any(column)) for column in metadata.tables[table].columns}
    for name in [name for name, value in row.items() if value is ...]:
        del row[name]
    for name, value in row.items():
        if isinstance(metadata.tables[table].c[name].type, JSONB) and value is not None:
            row[name] = json.loads(json.dumps(value))
    await session.execute(metadata.tables[table].insert().values(**row))


def _any(column: Column[Any]) -> Any:
    """`...`: the database says it."""
    if column.name in _WHOSE:
        return WHO
    if column.name == "reservation_code":
        return CODE
    if isinstance(column.type, JSONB):
        return _DOCUMENT
    if column.name == "id" and column.type.python_type is int:
        return ...
    if isinstance(column.type, ARRAY):
        return []
    return _plain(column)


def _plain(column: Column[Any]) -> Any:
    kind = column.type.python_type
    if kind is datetime:
        return NOON if not column.nullable else None
    if kind is bool:
        return False
    if kind in (int, float):
        return 1 if not column.nullable else None
    if kind is str:
        return column.name
    return NOON.date()
