"""The API on real Postgres and real Temporal, and short words to speak to it."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import TypeAdapter
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client

from activities.people.projection import columns_of
from api.tokens.local_issuer import LocalIssuer
from contracts.publication import ReservationView
from db.tables import Charger, ReservationRow, metadata

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WEBHOOK_SECRET = "whsec_of_the_tests"
START, END = "2026-11-22T14:00:00+01:00", "2026-11-22T15:00:00+01:00"
_NUMBERS = itertools.count(1)
_VIEW = TypeAdapter(ReservationView)
_ROW_COUNTS = text(
    " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS rows FROM \"{name}\"" for name in sorted(metadata.tables)
    )
)


@dataclass(frozen=True, kw_only=True)
class Stage:
    app: FastAPI
    http: httpx.AsyncClient
    issuer: LocalIssuer
    sessions: async_sessionmaker[AsyncSession]
    temporal: Client

    def driver(self, driver_id: str = "driver-1", email: str | None = None) -> dict[str, str]:
        return bearer(self.issuer.driver(driver_id, email=email))

    def fleet(self, fleet_id: str = "fleet-1") -> dict[str, str]:
        return bearer(self.issuer.fleet(fleet_id))

    def operators(self, name: str = "olga", role: str | None = None) -> dict[str, str]:
        return bearer(self.issuer.operator(name, role=role))

    async def book(
        self, *, who: Mapping[str, str] | None = None, key: str | None = None, **over: Any
    ) -> httpx.Response:
        """Book; `payment_method` is given unless overridden, so that the stand-in confirms."""
        headers = {**(who or self.driver()), "Idempotency-Key": key or fresh_key()}
        return await self.http.post("/v1/reservations", json=booking(**over), headers=headers)

    async def booked(self, *, who: Mapping[str, str] | None = None, **over: Any) -> str:
        """The code of a new, confirmed reservation."""
        response = await self.book(who=who, **over)
        assert response.status_code == 201, response.text
        code: str = response.json()["reservation"]["code"]
        return code

    async def publish(self, code: str, *, closed: bool = False, **over: Any) -> None:
        """Write the projection row as the workflow would."""
        await publish(self.sessions, view_of(code, **over), closed=closed)

    async def charger_is(self, charger_id: str, **values: Any) -> None:
        """Write the charger's row as a gateway or a charger would."""
        async with self.sessions.begin() as session:
            await session.execute(update(Charger).where(Charger.id == charger_id).values(**values))

    async def row_counts(self) -> dict[str, int]:
        """How many rows every table has: for `nothing was changed`."""
        async with self.sessions() as session:
            return {row.name: row.rows for row in await session.execute(_ROW_COUNTS)}


def view_of(code: str, **over: Any) -> ReservationView:
    """What a confirmed reservation of `driver-1` publishes, but for what is `over`."""
    values: dict[str, Any] = {
        "code": code,
        "state": "CONFIRMED",
        "driver_id": "driver-1",
        "account": "driver-1",
        "fleet_id": None,
        "site_id": "north",
        "site_name": "Site north",
        "slot_start": datetime.fromisoformat(START),
        "slot_end": datetime.fromisoformat(END),
    }
    return ReservationView(**(values | over))


async def publish(
    sessions: async_sessionmaker[AsyncSession], view: ReservationView, *, closed: bool = False
) -> None:
    """Write the projection row as the workflow would."""
    row = ReservationRow(
        code=view.code,
        revision=1,
        **columns_of(view),
        snapshot=_VIEW.dump_python(view, mode="json"),
        updated_at=NOW,
        closed_at=NOW if closed else None,
    )
    async with sessions.begin() as session:
        await session.merge(row)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def booking(**over: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"site_id": "north", "start": START, "end": END, "payment_method": "pm_good"}
    return {name: value for name, value in (body | over).items() if value is not None}


def fresh_key() -> str:
    return f"key-{next(_NUMBERS)}"


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is an RFC 9457 document with this status and code; returns it."""
    assert response.status_code == status, f"{response.status_code} {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["code"] == code, document
    assert document["status"] == status
    assert document["type"] == f"urn:slotkeeper:problem:{code}"
    assert document["title"]
    assert document["detail"]
    assert document["request_id"] == response.headers["x-request-id"]
    return document
