"""Notices that nobody has been told of yet, what is wanted by whom, and where they are reached."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import ContactPoint, Message, Notification, TellingPreferences
from domain.telling.addressee import Addressee
from domain.telling.channels import Channel
from domain.telling.gathering import Gathered, Untold
from domain.telling.preferences import BY_MAIL, Preferences, QuietHours
from domain.telling.urgency import URGENCIES, Urgency

_KNOWN = Notification.template.in_(sorted(URGENCIES))

_UNTRUE = text("""
    UPDATE notifications AS told SET untrue_by = said.later
    FROM unnest(CAST(:earlier AS bigint[]), CAST(:later AS bigint[])) AS said (earlier, later)
    WHERE told.id = said.earlier
""")
_LOOKED_AT = text("""
    UPDATE notifications AS told SET tell_at = said.at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:ats AS timestamptz[])) AS said (id, at)
    WHERE told.id = said.id AND told.tell_at IS DISTINCT FROM said.at
""")


async def waiting(session: AsyncSession, now: datetime, limit: int) -> Sequence[Addressee]:
    """Of whom something is to be looked at by `now`, whoever waits longest first."""
    row = Notification
    statement = (
        select(row.driver_id, row.fleet_id)
        .where(row.tell_at <= now, _KNOWN)
        .group_by(row.driver_id, row.fleet_id)
        .order_by(func.min(row.tell_at), func.min(row.id))
        .limit(limit)
    )
    found = (Addressee.of(driver_id, fleet_id) for driver_id, fleet_id in await session.execute(statement))
    return list(dict.fromkeys(found))


async def lock_telling(session: AsyncSession, addressee: Addressee) -> None:
    """Who tells them something, or changes how they are told, comes one after another."""
    key = func.hashtextextended(f"telling:{addressee.key}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def untold(session: AsyncSession, addressee: Addressee) -> Sequence[Untold]:
    row = Notification
    statement = select(row.id, row.template, row.reservation_code, row.at).where(
        told_to(addressee), row.tell_at.is_not(None), _KNOWN
    )
    return [
        Untold(id=one.id, code=one.template, subject=one.reservation_code, at=one.at)
        for one in await session.execute(statement.order_by(row.id))
    ]


async def settle(session: AsyncSession, found: Gathered) -> None:
    """What is over is not looked at again, the rest is when it waits until."""
    if found.over:
        over = update(Notification).where(Notification.id.in_(found.over)).values(tell_at=None)
        await session.execute(over)
    if found.untrue:
        values = {"earlier": list(found.untrue.keys()), "later": list(found.untrue.values())}
        await session.execute(_UNTRUE, values)
    if found.waits:
        await session.execute(_LOOKED_AT, {"ids": list(found.waits), "ats": list(found.waits.values())})


async def put_off(session: AsyncSession, addressee: Addressee, until: datetime) -> None:
    later = update(Notification).where(told_to(addressee), Notification.tell_at <= until)
    await session.execute(later.values(tell_at=until))


async def look_again(session: AsyncSession, addressee: Addressee, now: datetime) -> None:
    """They want to be told otherwise: what waits is decided anew."""
    waits = update(Notification).where(told_to(addressee), Notification.tell_at > now)
    await session.execute(waits.values(tell_at=now))


def told_to(addressee: Addressee) -> ColumnElement[bool]:
    """Is a notice for them?"""
    if addressee.driver_id is not None:
        return Notification.driver_id == addressee.driver_id
    return and_(Notification.driver_id == "", Notification.fleet_id.is_not_distinct_from(addressee.fleet_id))


# --- what they want, and where they are ------------------------------------------------------------------


def is_of(
    table: type[ContactPoint] | type[Message] | type[TellingPreferences], addressee: Addressee
) -> ColumnElement[bool]:
    if addressee.driver_id is not None:
        return table.driver_id == addressee.driver_id
    return table.fleet_id == addressee.fleet_id


async def preferences_row(session: AsyncSession, addressee: Addressee) -> TellingPreferences | None:
    return await session.scalar(select(TellingPreferences).where(is_of(TellingPreferences, addressee)))


def preferences_in(row: TellingPreferences | None) -> Preferences:
    """Channels that this version does not know are left out."""
    if row is None:
        return Preferences()
    quiet = None
    if row.quiet_start is not None and row.quiet_end is not None:
        quiet = QuietHours(start=row.quiet_start, end=row.quiet_end, zone=row.quiet_zone)
    return Preferences(language=row.language, quiet=quiet, woken=row.woken, channels=_channels(row.channels))


def _channels(written: Mapping[str, Sequence[str]]) -> Mapping[Urgency, frozenset[Channel]]:
    known = {channel.value for channel in Channel}
    return {
        urgency: frozenset(Channel(one) for one in written[urgency] if one in known)
        if urgency in written
        else BY_MAIL[urgency]
        for urgency in Urgency
    }


def keep_preferences(
    session: AsyncSession, row: TellingPreferences | None, addressee: Addressee, wanted: Preferences
) -> None:
    """`row`: theirs, if there is one. For who holds `lock_telling`."""
    if row is None:
        row = TellingPreferences(driver_id=addressee.driver_id, fleet_id=addressee.fleet_id)
        session.add(row)
    quiet = wanted.quiet
    row.language, row.woken, row.channels = wanted.language, wanted.woken, written_channels(wanted)
    row.quiet_start = None if quiet is None else quiet.start
    row.quiet_end = None if quiet is None else quiet.end
    row.quiet_zone = "" if quiet is None else quiet.zone


def written_channels(preferences: Preferences) -> dict[str, list[str]]:
    return {
        urgency.value: sorted(channel.value for channel in channels)
        for urgency, channels in preferences.channels.items()
    }


async def reached(
    session: AsyncSession, addressee: Addressee, served: frozenset[Channel]
) -> Mapping[Channel, Sequence[int]]:
    """Ids of the contact points where they can be told something, by channel; without those that there are none of."""
    row = ContactPoint
    statement = select(row.channel, row.id).where(
        is_of(row, addressee),
        row.channel.in_([channel.value for channel in served]),
        row.confirmed_at.is_not(None),
        row.bounced_at.is_(None),
        row.removed_at.is_(None),
    )
    found: dict[Channel, list[int]] = {}
    for channel, number in await session.execute(statement.order_by(row.added_at, row.id)):
        found.setdefault(Channel(channel), []).append(number)
    return found
