"""A site of one test on the stack, and the reservations made there."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select, update
from temporalio.client import WorkflowHandle

from db.seed import Seed, seed
from db.tables import Charger, Connector, Hold, Payment, ReservationRow
from domain.reservation.code import workflow_id
from domain.terms.policy import Policy
from simulator.charge_point import VirtualChargePoint
from tests.factories import CHEAP_HASHER, PASSWORD, make_driver, make_site, make_tariff
from tests.whole_stack.answers import PATIENCE_S, accepted, bearer, eventually, fresh_key
from tests.whole_stack.rules import in_currency, in_seconds
from tests.whole_stack.stack import Stack

VISA, DECLINED_CARD = "pm_card_visa", "pm_card_chargeDeclined"
_NUMBERS = itertools.count(1)


def _card(site_id: str, name: str) -> str:
    return f"{site_id}{name}".upper()


@asynccontextmanager
async def new_place(
    stack: Stack, *, chargers: int = 1, policy: Policy | None = None, walk_in: int = 0, nearby: int = 0
) -> AsyncIterator["Place"]:
    """A new site far from all others, its chargers connected as the database knows it.

    `nearby`: chargers of another site beside it, `<site>-near`.
    """
    number, policy = next(_NUMBERS), policy or in_seconds()
    site = make_site(
        site_id=f"site{number}",
        chargers=chargers,
        walk_in=walk_in,
        latitude=-60.0 + number / 2,
        policy=policy,
        tariff=in_currency(make_tariff(), policy.currency),
        currency=policy.currency,
    )
    beside = make_site(
        site_id=f"{site.id}-near",
        chargers=nearby,
        latitude=site.latitude + 0.01,
        address="Near Street 1",
        policy=site.policy,
        tariff=site.tariff,
        currency=site.currency,
    )
    sites = (site, beside) if nearby else (site,)
    now = datetime.now(UTC)
    drivers = tuple(
        make_driver(driver_id=f"{site.id}-{name}", rfid=(_card(site.id, name),)) for name in ("anna", "ben")
    )
    async with stack.sessions.begin() as session:
        await seed(session, Seed(sites=sites, drivers=drivers), now=now, hasher=CHEAP_HASHER)
        mine = Charger.site_id.in_([one.id for one in sites])
        await session.execute(
            update(Charger).where(mine).values(gateway_instance="elsewhere", epoch=1, last_seen_at=now)
        )
        of_mine = Connector.charger_id.in_(select(Charger.id).where(mine))
        await session.execute(update(Connector).where(of_mine).values(status="available", status_at=now))
    async with AsyncExitStack() as plugged:
        yield Place(stack=stack, site_id=site.id, plugged=plugged)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A site of one test. Drivers `anna` and `ben` are its own; times count from now, in seconds."""

    stack: Stack
    site_id: str
    plugged: AsyncExitStack
    chargers: set[str] = field(default_factory=set)
    """Plugged in so far."""
    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def driver(self, name: str = "anna") -> dict[str, str]:
        return bearer(self.stack.issuer.driver(f"{self.site_id}-{name}"))

    def card(self, name: str = "anna") -> str:
        """The driver's RFID card."""
        return _card(self.site_id, name)

    @property
    def operator(self) -> dict[str, str]:
        return bearer(self.stack.issuer.operator("olga"))

    def at(self, seconds: float) -> str:
        return (self.began + timedelta(seconds=seconds)).isoformat()

    async def charger(self, version: Any, number: int = 1, **over: Any) -> VirtualChargePoint:
        """A virtual charger, connected and accepted; it goes when the place does.

        Once each: two by one name take the socket from each other, again and again.
        """
        identity = f"{self.site_id.upper()}-{number}"
        assert identity not in self.chargers, f"{identity} is plugged in already"
        self.chargers.add(identity)
        charger = VirtualChargePoint(
            identity=identity,
            version=version,
            url=self.stack.gateway.url,
            password=PASSWORD,
            **over,
        )
        self.plugged.push_async_callback(charger.stop)
        await charger.start()
        return charger

    def booking(self, start: float = 3600, lasts: float = 600, **over: Any) -> dict[str, Any]:
        """A body for POST /v1/reservations; None leaves a member out."""
        values: dict[str, Any] = {
            "site_id": self.site_id,
            "start": self.at(start),
            "end": self.at(start + lasts),
            "payment_method": VISA,
        }
        return {name: value for name, value in (values | over).items() if value is not None}

    async def book(
        self, start: float = 3600, lasts: float = 600, *, who: str = "anna", key: str = "", **over: Any
    ) -> httpx.Response:
        return await self.send_booking(self.booking(start, lasts, **over), who=who, key=key)

    async def send_booking(self, body: dict[str, Any], *, who: str = "anna", key: str = "") -> httpx.Response:
        headers = {**self.driver(who), "Idempotency-Key": key or fresh_key()}
        return await self.stack.http.post("/v1/reservations", json=body, headers=headers)

    async def booked(self, start: float = 3600, lasts: float = 600, **over: Any) -> "Trip":
        response = await self.book(start, lasts, **over)
        assert response.status_code == 201, response.text
        trip = Trip(place=self, code=response.json()["reservation"]["code"])
        await eventually(trip.is_told)
        return trip

    async def rows(self) -> dict[str, list[Any]]:
        """Every row of the site's reservations, holds and payments: for `nothing was changed`."""
        codes = select(ReservationRow.code).where(ReservationRow.site_id == self.site_id)
        statements = {
            "reservations": select(ReservationRow.__table__).where(ReservationRow.site_id == self.site_id),
            "holds": select(Hold.__table__).where(Hold.pool_id == f"{self.site_id}-dc"),
            "payments": select(Payment.__table__).where(Payment.reservation_code.in_(codes)),
        }
        async with self.stack.sessions() as session:
            return {
                name: sorted(repr(row) for row in await session.execute(statement))
                for name, statement in statements.items()
            }

    async def reservations(self) -> list[ReservationRow]:
        """As lists show those of the site."""
        mine = select(ReservationRow).where(ReservationRow.site_id == self.site_id)
        async with self.stack.sessions() as session:
            return list(await session.scalars(mine))

    async def open_holds(self, code: str | None = None) -> list[Hold]:
        """Not released: of the site, or of one reservation."""
        wanted = select(Hold).where(Hold.pool_id == f"{self.site_id}-dc", Hold.released_at.is_(None))
        if code is not None:
            wanted = wanted.where(Hold.reservation_code == code)
        async with self.stack.sessions() as session:
            return list(await session.scalars(wanted))


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One reservation, seen by its driver and by operators."""

    place: Place
    code: str

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.place.stack.temporal.get_workflow_handle(workflow_id(self.code))

    async def act(self, action: str, body: dict[str, Any] | None = None, who: str = "anna") -> httpx.Response:
        url = f"/v1/reservations/{self.code}/{action}"
        return await self.place.stack.http.post(url, json=body, headers=self.place.driver(who))

    async def operate(self, action: str, body: dict[str, Any] | None = None) -> httpx.Response:
        url = f"/v1/operations/reservations/{self.code}/{action}"
        return await self.place.stack.http.post(url, json=body, headers=self.place.operator)

    async def did(self, action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The driver's action was accepted; the reservation after it."""
        return accepted(await self.act(action, body))

    async def operated(self, action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return accepted(await self.operate(action, body))

    async def view(self) -> dict[str, Any]:
        """As an operator sees it."""
        url = f"/v1/operations/reservations/{self.code}"
        return accepted(await self.place.stack.http.get(url, headers=self.place.operator))

    async def until(self, state: str) -> dict[str, Any]:
        """The view once the state is reached."""
        seen: dict[str, Any] = {}

        async def reached() -> bool:
            seen.update(await self.view())
            return bool(seen["state"] == state)

        try:
            await eventually(reached)
        except TimeoutError:
            raise AssertionError(f"not {state} but {seen.get('state')}: {seen.get('timeline')}") from None
        return seen

    async def closed(self) -> dict[str, Any]:
        """Wait for the end of the workflow; what is on record then."""
        async with asyncio.timeout(PATIENCE_S):
            await self.handle.result()
        return await self.view()

    async def is_told(self) -> bool:
        """Was the driver sent something? Of a booking: a moment after its answer, and then nothing of it is left."""
        url = f"/v1/operations/reservations/{self.code}/notifications"
        answer = accepted(await self.place.stack.http.get(url, headers=self.place.operator))
        return bool(answer["items"])

    async def is_at_rest(self) -> bool:
        """Has its workflow taken up all that it was told?"""
        described = (await self.handle.describe()).raw_description
        return not described.pending_activities and not described.HasField("pending_workflow_task")

    async def audit(self) -> list[tuple[str, str]]:
        url = f"/v1/operations/reservations/{self.code}/audit"
        answer = accepted(await self.place.stack.http.get(url, headers=self.place.operator))
        return [(entry["actor"], entry["action"]) for entry in answer["items"]]

    async def open_holds(self) -> list[Hold]:
        """Not released, at whatever site."""
        mine = select(Hold).where(Hold.reservation_code == self.code, Hold.released_at.is_(None))
        async with self.place.stack.sessions() as session:
            return list(await session.scalars(mine))

    async def intents(self) -> list[dict[str, Any]]:
        """The reservation's PaymentIntents, asked of Stripe and not of our tables."""
        found: list[dict[str, Any]] = (await self.place.stack.stripe.dump())["payment_intents"]
        return [i for i in found if (i.get("metadata") or {}).get("reservation_code") == self.code]

    async def money(self) -> list[tuple[str, int]]:
        """Status and money received of each PaymentIntent."""
        return [(intent["status"], intent["amount_received"]) for intent in await self.intents()]
