"""Messages on their way: to which address, and with which notices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, String, and_, cast, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.contact_points import take_away
from db.queries.newest_first import RowPosition, newest_first
from db.queries.telling import preferences_in, preferences_row, told_to
from db.tables import ContactPoint, InboxEvent, Message, Notification, OutboxDelivery, Source
from domain.telling.addressee import Addressee
from domain.telling.channels import Channel
from domain.telling.gathering import Untold, untrue_among
from domain.telling.preferences import Preferences
from domain.telling.states import MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """`whose`: the addressee's key; `push_key`, `push_secret`: of a browser; empty: it is none."""

    point_id: int
    address: str = field(repr=False)
    push_key: str = field(default="", repr=False)
    push_secret: str = field(default="", repr=False)
    confirmed: bool
    preferences: Preferences
    whose: str = ""


async def addressed(session: AsyncSession, point_id: int) -> Addressed | None:
    """None: nothing is sent there any more."""
    point = await session.get(ContactPoint, point_id)
    if point is None or point.removed_at is not None or point.bounced_at is not None:
        return None
    whose = Addressee(driver_id=point.driver_id, fleet_id=point.fleet_id)
    return Addressed(
        point_id=point.id,
        address=point.address,
        push_key=point.push_key,
        push_secret=point.push_secret,
        confirmed=point.confirmed_at is not None,
        preferences=preferences_in(await preferences_row(session, whose)),
        whose=whose.key,
    )


async def carried(session: AsyncSession, message_id: int) -> Sequence[Notification]:
    """Its notices, in the order in which they are told; empty: there is no such message."""
    ids = await session.scalar(select(Message.notices).where(Message.id == message_id))
    rows = await session.scalars(select(Notification).where(Notification.id.in_(ids or [])))
    found = {row.id: row for row in rows}
    return [found[number] for number in ids or [] if number in found]


async def still_true(session: AsyncSession, message_ids: Collection[int]) -> Sequence[Untold]:
    """Notices of these messages, which are one person's, but for those that a later one to them made untrue."""
    lists = await session.scalars(select(Message.notices).where(Message.id.in_(message_ids)))
    ids = {number for one in lists for number in one}
    known = await _about_the_same(session, ids)
    untrue = untrue_among(known)
    return [one for one in known if one.id in ids and one.id not in untrue]


async def _about_the_same(session: AsyncSession, ids: Collection[int]) -> Sequence[Untold]:
    """These, and what was written to the same person since about the same reservations and offers."""
    rows = (await session.scalars(select(Notification).where(Notification.id.in_(ids)))).all()
    if not rows:
        return ()
    row, subjects = Notification, {one.reservation_code for one in rows}
    theirs = told_to(Addressee.of(rows[0].driver_id, rows[0].fleet_id))
    since = row.id >= min(one.id for one in rows)
    found = select(row.id, row.template, row.reservation_code, row.at).where(
        theirs, since, row.reservation_code.in_(subjects)
    )
    return [
        Untold(id=one.id, code=one.template, subject=one.reservation_code, at=one.at)
        for one in await session.execute(found)
    ]


async def note_bounced(session: AsyncSession, point_id: int, why: str, now: datetime) -> None:
    """`why`: codes only, no text that may hold the address."""
    bounced = update(ContactPoint).where(ContactPoint.id == point_id, ContactPoint.bounced_at.is_(None))
    await session.execute(bounced.values(bounced_at=now, bounced_why=why))


async def note_gone(session: AsyncSession, point_id: int, now: datetime) -> None:
    """As if its owner had removed it."""
    point = await session.get(ContactPoint, point_id, with_for_update=True)
    if point is not None and point.removed_at is None:
        take_away(point, now)


async def keep_code(session: AsyncSession, point_id: int, digest: str, until: datetime) -> None:
    """In place of the one before."""
    point = update(ContactPoint).where(ContactPoint.id == point_id)
    await session.execute(point.values(code_digest=digest, code_until=until, code_tries=0))


# --- what became of them, for operators ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """None: whatever it is."""

    driver_id: str | None = None
    fleet_id: str | None = None
    channel: Channel | None = None
    state: MessageState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message and its last sending. `address`: empty once it was removed. `state`: a MessageState; None: of a newer
    version. `next_attempt_at`: while it waits.
    """

    message: Message
    address: str = field(repr=False)
    state: MessageState | None
    attempts: int
    delivered_at: datetime | None
    next_attempt_at: datetime | None


async def page(
    session: AsyncSession, wanted: MessageFilter, after: RowPosition | None, limit: int
) -> Sequence[Sending]:
    """Up to `limit` + 1, the latest first."""
    statement = newest_first(_sendings(), Message.recorded_at, Message.id, after, limit)
    for column, value in ((Message.driver_id, wanted.driver_id), (Message.fleet_id, wanted.fleet_id)):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.channel is not None:
        statement = statement.where(Message.channel == wanted.channel.value)
    if wanted.state is not None:
        waiting = wanted.state is MessageState.WAITING
        statement = statement.where(OutboxDelivery.outcome == ("" if waiting else wanted.state.value))
    return [_sending(*row) for row in await session.execute(statement)]


async def sending_of(session: AsyncSession, message_id: int) -> Sending | None:
    row = (await session.execute(_sendings().where(Message.id == message_id))).one_or_none()
    return None if row is None else _sending(*row)


def _sendings() -> Select[Message, str, OutboxDelivery]:
    event = "message_" + cast(Message.id, String) + "_" + cast(Message.sendings, String)
    fact = and_(InboxEvent.source == Source.TELLING.value, InboxEvent.event_id == event)
    return (
        select(Message, ContactPoint.address, OutboxDelivery)
        .join(ContactPoint, ContactPoint.id == Message.contact_point_id)
        .join(InboxEvent, fact)
        .join(OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id)
    )


def _sending(message: Message, address: str, delivery: OutboxDelivery) -> Sending:
    known = {state.value: state for state in MessageState} | {"": MessageState.WAITING}
    waits = delivery.delivered_at is None
    return Sending(
        message=message,
        address=address,
        state=known.get(delivery.outcome),
        attempts=delivery.attempts,
        delivered_at=delivery.delivered_at,
        next_attempt_at=delivery.not_before if waits else None,
    )
