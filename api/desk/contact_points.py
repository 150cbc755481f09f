"""Where drivers and fleets are told: their own addresses, confirmed by a code or by the token that names them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.telling.facts import code_event
from activities.telling.farewells import part
from api.desk.principal import Principal
from api.desk.refusals import ScopeMissing
from db.delivery.inbox import record
from db.engine import Sessions
from db.notifications import record_notice
from db.queries import contact_points as points
from db.queries import telling
from db.queries.telling import lock_telling
from db.tables import ContactPoint, Source
from domain.errors import ContactCodeInvalid, ContactPointInvalid, UnknownContactPoint
from domain.facts.notices import NoticeFact
from domain.facts.refused_telling import ChannelNotServed, NoSuchContactPoint
from domain.facts.signing_in_notices import AddressAdded, AddressRemoved
from domain.telling.addressee import Addressee
from domain.telling.channels import Channel, Offered
from domain.telling.confirming import address_digest, check_adding, check_code, mail_address_or_none
from domain.telling.contact import Wanted, checked
from domain.telling.parting import Parting
from domain.terms.invitations import digest_of


class ContactPoints:
    def __init__(self, sessions: Sessions, offered: Offered, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self.offered = offered
        self._clock = clock

    async def all(self, principal: Principal) -> Sequence[ContactPoint]:
        """The caller's own, the first that was added first. Raises ScopeMissing."""
        addressee = addressee_of(principal)
        async with self._sessions() as session:
            return await points.points_of(session, addressee)

    async def add(self, principal: Principal, said: Wanted) -> ContactPoint:
        """One that the token proves is confirmed, and so is a browser, which nobody can name who does not sit at it; a
        code is sent to another one, and anew when it is added again. One that is there and confirmed stays as it is.

        Raises ScopeMissing, ContactPointInvalid, TooManyContactPoints, TooManyAttempts.
        """
        addressee, now = addressee_of(principal), self._clock()
        if said.channel not in self.offered.channels:
            raise ContactPointInvalid(ChannelNotServed(channel=said.channel))
        wanted = checked(said)
        proven = wanted.channel is Channel.PUSH or (
            principal.email is not None
            and wanted.channel is Channel.MAIL
            and mail_address_or_none(principal.email) == wanted.address
        )
        async with self._sessions.begin() as session:
            await lock_telling(session, addressee)
            before = await points.there_already(session, addressee, wanted.channel, wanted.address)
            if before is not None and _is_as_wanted(before, wanted):
                return before
            if before is not None:
                points.take_away(before, now)
                await session.flush()
            digest = address_digest(wanted.channel, wanted.address)
            await points.lock_address(session, digest)
            check_adding(await points.added_before(session, addressee, digest, now), now, proven=proven)
            row = _new(addressee, wanted, now, confirmed=proven)
            session.add(row)
            await _begin(session, addressee, wanted, now)
            await session.flush()
            if proven:
                await _tell_added(session, row, now)
            else:
                await record(await session.connection(), Source.TELLING, [code_event(row, now)])
            return row

    async def adopt(self, principal: Principal) -> None:
        """The address that the issuer vouches for, of who never had any: they may take it away. Else, and where no mail
        of ours goes there or none is sent at all, nothing.

        Raises TooManyContactPoints, TooManyAttempts.
        """
        address = None if principal.email is None else mail_address_or_none(principal.email)
        if address is None or principal.driver_id is None or Channel.MAIL not in self.offered.channels:
            return
        async with self._sessions() as session:
            if await points.ever_had(session, addressee_of(principal)):
                return
        await self.add(principal, Wanted(channel=Channel.MAIL, address=address))

    async def confirm(self, principal: Principal, number: int, code: str) -> ContactPoint:
        """By the code that was sent there; again, nothing changes.

        Raises ScopeMissing, UnknownContactPoint, ContactCodeInvalid.
        """
        addressee, now = addressee_of(principal), self._clock()
        refused: ContactCodeInvalid | None = None
        async with self._sessions.begin() as session:  # that it was tried is kept whatever becomes of it
            row = await _own(session, addressee, number)
            if row.confirmed_at is None:
                row.code_tries += 1
                try:
                    check_code(
                        kept=row.code_digest,
                        said=digest_of(code),
                        until=row.code_until,
                        tries=row.code_tries,
                        now=now,
                    )
                except ContactCodeInvalid as invalid:
                    refused = invalid
                else:
                    row.confirmed_at, row.code_digest, row.code_until = now, "", None
                    await _tell_added(session, row, now)
        if refused is not None:
            raise refused
        return row

    async def remove(self, principal: Principal, number: int) -> None:
        """Nothing is sent there any more but that it is so; the others are told, too.

        Raises ScopeMissing, UnknownContactPoint.
        """
        addressee, now = addressee_of(principal), self._clock()
        async with self._sessions.begin() as session:
            row = await _own(session, addressee, number)
            was_told = row.confirmed_at is not None
            await part(session, [row], Parting.REMOVED, now)
            points.take_away(row, now)
            if was_told:
                await _tell(session, row, AddressRemoved(), f"contact_point:{row.id}:removed", now)

    async def leave(self, principal: Principal, number: int) -> None:
        """The driver signs out in that browser, which tells them nothing any more; what is none of theirs stays."""
        if principal.driver_id is None:
            return
        async with self._sessions.begin() as session:
            row = await points.point_of(session, addressee_of(principal), number, locked=True)
            if row is not None and row.channel == Channel.PUSH.value:
                points.take_away(row, self._clock())


def addressee_of(principal: Principal) -> Addressee:
    """Whom the caller is told as: a driver, or the fleet that they act for. Raises ScopeMissing."""
    if principal.driver_id is not None:
        return Addressee(driver_id=principal.driver_id)
    if "fleet" in principal.scopes and principal.fleet_id is not None:
        return Addressee(fleet_id=principal.fleet_id)
    raise ScopeMissing("driver", "fleet")


async def _own(session: AsyncSession, addressee: Addressee, number: int) -> ContactPoint:
    row = await points.point_of(session, addressee, number, locked=True)
    if row is None:
        raise UnknownContactPoint(NoSuchContactPoint(number=number))
    return row


async def _tell_added(session: AsyncSession, new: ContactPoint, now: datetime) -> None:
    """Who reads a driver's new mail address can sign in as them (`SignInLinks`)."""
    opens = new.driver_id is not None and new.channel == Channel.MAIL.value
    await _tell(session, new, AddressAdded(opens=opens), f"contact_point:{new.id}:added", now)


async def _tell(
    session: AsyncSession, changed: ContactPoint, notice: NoticeFact, key: str, now: datetime
) -> None:
    """Whose it is, if they are told elsewhere, too."""
    whose = Addressee(driver_id=changed.driver_id, fleet_id=changed.fleet_id)
    known = await points.points_of(session, whose)
    if any(one.confirmed_at is not None and one.id != changed.id for one in known):
        await record_notice(
            session,
            notice,
            key=key,
            driver_id=changed.driver_id or "",
            fleet_id=changed.fleet_id,
            reservation_code="",
            at=now,
        )


def _is_as_wanted(row: ContactPoint, wanted: Wanted) -> bool:
    """And something is sent there."""
    keys = (row.push_key, row.push_secret) == (wanted.push_key, wanted.push_secret)
    return keys and row.confirmed_at is not None and row.bounced_at is None


async def _begin(session: AsyncSession, addressee: Addressee, wanted: Wanted, now: datetime) -> None:
    """Who adds a number or a browser wants something to go there. A mail address may have been adopted, which says
    nothing of that kind. A browser tells whom it was turned on by last, and nobody who sat at it before.
    """
    if wanted.channel is Channel.MAIL:
        return
    row = await telling.preferences_row(session, addressee)
    known = telling.preferences_in(row)
    if (more := known.turned_on(wanted.channel)) != known:
        telling.keep_preferences(session, row, addressee, more)
    if wanted.channel is Channel.PUSH:
        for other in await points.same_browser(session, addressee, wanted):
            points.take_away(other, now)


def _new(addressee: Addressee, wanted: Wanted, now: datetime, *, confirmed: bool) -> ContactPoint:
    return ContactPoint(
        driver_id=addressee.driver_id,
        fleet_id=addressee.fleet_id,
        channel=wanted.channel.value,
        address=wanted.address,
        address_digest=address_digest(wanted.channel, wanted.address),
        push_key=wanted.push_key,
        push_secret=wanted.push_secret,
        added_at=now,
        confirmed_at=now if confirmed else None,
        bounced_at=None,
    )
