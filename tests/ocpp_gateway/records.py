"""What the gateway reads and writes, as tests arrange and see it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import (
    Charger,
    ChargingSession,
    Connector,
    Driver,
    Hold,
    InboxEvent,
    OutboxDelivery,
    ReservationRow,
    Source,
    Token,
)

CODE = "7F3K-2QVM-X9TA"
OTHER_CODE = "0000-0000-0000"


@dataclass(frozen=True, slots=True)
class Told:
    """One event as one reservation will hear it."""

    kind: str
    matches: bool | None
    status: str | None
    connector_id: int | None
    outcome: str
    detail: str


class Records:
    def __init__(self, engine: AsyncEngine, connectors: dict[tuple[str, int], int]) -> None:
        self.engine = engine
        self.connectors = connectors

    async def hold(
        self,
        driver: str,
        *,
        code: str = CODE,
        charger: str = "NORTH-1",
        number: int = 1,
        starts_in: timedelta = timedelta(minutes=-5),
        lasts: timedelta = timedelta(hours=1),
        group: str | None = None,
        locked: bool = True,
    ) -> int:
        """A hold on a connector, watched since long ago, and pushed until its end when it is locked; its id."""
        now = datetime.now(UTC)
        start = now + starts_in
        hold = insert(Hold).values(
            reservation_code=code,
            step="book",
            connector_id=self.connectors[charger, number],
            pool_id="north-dc",
            driver_id=driver,
            group_id=group,
            during=Range(start, start + lasts + timedelta(minutes=5)),
            slot_start=start,
            slot_end=start + lasts,
            opens_at=start - timedelta(minutes=10),
            watch_from=now - timedelta(days=1),
            locked_at=now if locked else None,
            pushed_at=now if locked else None,
            pushed_until=start + lasts if locked else None,
            placed_at=now - timedelta(days=1),
        )
        async with self.engine.begin() as connection:
            return int((await connection.execute(hold.returning(Hold.id))).scalar_one())

    async def over(self, hold_id: int) -> None:
        """Its slot ended three minutes ago; it was not given back."""
        end = datetime.now(UTC) - timedelta(minutes=3)
        row = {"slot_end": end, "during": Range(end - timedelta(hours=1), end)}
        async with self.engine.begin() as connection:
            await connection.execute(update(Hold).where(Hold.id == hold_id).values(**row))

    async def app_token(self, value: str, driver: str, code: str = CODE) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(
                insert(Token).values(value=value, kind="app", driver_id=driver, reservation_code=code)
            )

    async def parent_tag(self, driver: str) -> str:
        """What stands for all of the driver's tokens, where their cards have no group."""
        async with self.engine.connect() as connection:
            return str(await connection.scalar(select(Driver.parent_tag).where(Driver.id == driver)))

    async def card(self, tag: str, driver: str, **values: Any) -> None:
        """One more, or a change of one."""
        row = {"value": tag, "kind": "rfid", "driver_id": driver} | values
        async with self.engine.begin() as connection:
            added = upsert(Token).values(**row)
            await connection.execute(added.on_conflict_do_update(index_elements=["value"], set_=row))

    async def shown(
        self, state: str, *, driver: str = "alice", code: str = CODE, closed: bool = False
    ) -> None:
        """The reservation as its workflow has published it."""
        now = datetime.now(UTC)
        row = {
            "code": code,
            "revision": 1,
            "driver_id": driver,
            "account": driver,
            "site_id": "north",
            "state": state,
            "slot_start": now,
            "slot_end": now + timedelta(hours=1),
            "snapshot": {},
            "updated_at": now,
            "closed_at": now if closed else None,
        }
        async with self.engine.begin() as connection:
            shown = upsert(ReservationRow).values(**row)
            await connection.execute(shown.on_conflict_do_update(index_elements=["code"], set_=row))

    async def allow_one_session_a_driver(self) -> None:
        flag = text("""UPDATE policies SET document = document || '{"one_session_a_driver": true}'""")
        async with self.engine.begin() as connection:
            await connection.execute(flag)

    async def block(self, tag: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(update(Token).where(Token.value == tag).values(blocked=True))

    async def share_bay(self, charger: str = "NORTH-1") -> None:
        """Its two connectors serve one car at a time."""
        first, second = (self.connectors[charger, number] for number in (1, 2))
        async with self.engine.begin() as connection:
            await connection.execute(update(Connector).where(Connector.id == second).values(berth_id=first))

    async def was_away(self, charger: str = "NORTH-1", since: timedelta = timedelta(hours=2)) -> None:
        """And has been known for two days: from that absence it may have something to tell."""
        now = datetime.now(UTC)
        first = (now - timedelta(days=2)).isoformat()
        known = {"last_seen_at": now - since, "absences": [[first, first]]}
        async with self.engine.begin() as connection:
            await connection.execute(update(Charger).where(Charger.id == charger).values(**known))

    async def lease(self, instance: str, *, epoch: int, charger: str = "NORTH-1") -> None:
        now = datetime.now(UTC)
        async with self.engine.begin() as connection:
            await connection.execute(
                update(Charger)
                .where(Charger.id == charger)
                .values(gateway_instance=instance, epoch=epoch, connected_at=now)
            )

    async def install_chargers(self, count: int, *, like: str) -> None:
        """`CROWD-0` … with one connector each, and the password of `like`."""
        model = await self.charger(like)
        names = [f"CROWD-{n}" for n in range(count)]
        async with self.engine.begin() as connection:
            await connection.execute(
                insert(Charger),
                [
                    {"id": name, "site_id": model.site_id, "password_hash": model.password_hash}
                    for name in names
                ],
            )
            await connection.execute(
                insert(Connector),
                [{"charger_id": name, "number": 1, "pool_id": "north-dc"} for name in names],
            )

    async def told(self, code: str = CODE) -> list[Told]:
        """What the reservation is told, in order."""
        statement = (
            select(InboxEvent, OutboxDelivery.extra, OutboxDelivery.outcome)
            .join(OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id)
            .where(InboxEvent.source == Source.CHARGER, OutboxDelivery.key == code)
            .order_by(OutboxDelivery.id)
        )
        async with self.engine.connect() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            Told(
                row.kind,
                row.extra.get("matches_driver"),
                row.payload["status"],
                row.payload["connector_id"],
                row.outcome,
                row.payload["detail"],
            )
            for row in rows
        ]

    async def kinds(self, code: str = CODE) -> list[str]:
        return [told.kind for told in await self.told(code)]

    async def sessions(self) -> list[Any]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(ChargingSession.__table__).order_by(ChargingSession.id))
            return list(rows.all())

    async def events(self, kind: str) -> list[Any]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                select(InboxEvent.__table__)
                .where(InboxEvent.source == Source.CHARGER, InboxEvent.kind == kind)
                .order_by(InboxEvent.id)
            )
            return list(rows.all())

    async def charger(self, charger: str = "NORTH-1") -> Any:
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(Charger.__table__).where(Charger.id == charger))
            return rows.one()

    async def status(self, charger: str = "NORTH-1", number: int = 1) -> str:
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                select(Connector.status).where(Connector.id == self.connectors[charger, number])
            )
            return str(rows.scalar_one())

    async def until_shown(self, status: str, charger: str = "NORTH-1", number: int = 1) -> None:
        """Raises TimeoutError."""

        async def is_shown() -> bool:
            return await self.status(charger, number) == status

        await self.eventually(is_shown)

    async def eventually(self, holds: Callable[[], Awaitable[bool]], timeout_s: float = 10) -> None:
        """Return once `holds` does; for what other tasks write. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not await holds():  # noqa: ASYNC110 - others write it; nothing here is told
                await asyncio.sleep(0.02)
