"""Invitations into groups of drivers: made and withdrawn by operators, used by drivers."""

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.driver_groups import reached_group
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries import driver_groups as groups
from db.queries import invitations
from db.tables import DriverGroup, GroupMember, InvitationRow, InvitationUse
from domain.errors import EmailUnverified, Explained, UnknownInvitation
from domain.facts.audit_rules import GroupJoinedInvited, InvitationEnded, InvitationMade
from domain.facts.refused_invitations import AddressNotVerified, NoInvitationForDomain, NoSuchInvitation
from domain.terms.invitations import (
    ALPHABET,
    ATTEMPTS_WITHIN,
    CODE_LENGTH,
    LONGEST,
    Invitation,
    check_attempts,
    check_invitation,
    digest_of,
    domain_of,
    shown,
)
from domain.terms.site_roles import READ, RULE

Joined = tuple[DriverGroup, GroupMember]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationOrder:
    """`domain` None: by a code, which `most_uses` may use."""

    domain: str | None
    most_uses: int | None
    expires_at: datetime | None
    member_until: datetime | None
    note: str


class Invitations:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def of_group(self, principal: Principal, group_id: str) -> Sequence[InvitationRow]:
        """The newest first. Raises ScopeMissing, SiteForbidden, UnknownDriverGroup."""
        async with self._sessions() as session:
            await reached_group(session, principal, group_id, READ)
            return await invitations.of_group(session, group_id)

    async def make(
        self, principal: Principal, group_id: str, order: InvitationOrder
    ) -> tuple[InvitationRow, str | None]:
        """With its code, which is told this once. Asked for again it is another one.

        Raises ScopeMissing, SiteForbidden, UnknownDriverGroup, UnusableValue.
        """
        principal.require_operator()
        now = self._clock()
        _check(order, now)
        characters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        code = None if order.domain is not None else shown(characters)
        async with self._sessions.begin() as session:
            await reached_group(session, principal, group_id, RULE)
            row = InvitationRow(
                group_id=group_id,
                code_digest=None if code is None else digest_of(code),
                domain=order.domain,
                uses=0,
                most_uses=order.most_uses,
                expires_at=order.expires_at,
                member_until=order.member_until,
                note=order.note,
                made_at=now,
                made_by=principal.subject,
            )
            session.add(row)
            await session.flush()
            fact = InvitationMade(group=group_id, number=row.id, domain=order.domain or "")
            await record(session, principal, fact, group_id, at=now)
            return row, code

    async def revoke(self, principal: Principal, group_id: str, number: int) -> InvitationRow:
        """From now on; who came by it stays.

        Raises ScopeMissing, SiteForbidden, UnknownDriverGroup, UnknownInvitation.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            await reached_group(session, principal, group_id, RULE)
            row = await invitations.one_under_lock(session, group_id, number)
            if row.revoked_at is None:
                row.revoked_at = now
                await record(
                    session, principal, InvitationEnded(group=group_id, number=number), group_id, at=now
                )
            return row

    async def redeem(self, principal: Principal, code: str) -> Joined:
        """By a code. Who is in the group already stays as they are, and uses nothing.

        Raises ScopeMissing, TooManyAttempts, UnknownInvitation, InvitationRevoked, InvitationExpired, InvitationUsed,
        InvitationUsedUp.
        """
        principal.require("driver")
        now, digest = self._clock(), digest_of(code)
        async with self._sessions.begin() as session:  # kept whatever becomes of it
            attempts, since = await invitations.count_attempt(
                session, principal.subject, now, ATTEMPTS_WITHIN
            )
        check_attempts(attempts, since)
        async with self._sessions.begin() as session:
            row = await invitations.by_digest_under_lock(session, digest)
            if row is None or not hmac.compare_digest(row.code_digest or "", digest):
                raise UnknownInvitation(NoSuchInvitation())
            joined = await _take_in(session, principal, row, now)
            await invitations.take_back_attempt(session, principal.subject)
            return joined

    async def join_by_email(self, principal: Principal) -> Sequence[Joined]:
        """Into each group that has invited the domain of the address which the token says is theirs, by group.

        Raises ScopeMissing, EmailUnverified, UnknownInvitation, and where nothing else is left as `redeem`.
        """
        principal.require("driver")
        now = self._clock()
        domain = None if principal.email is None else domain_of(principal.email)
        if domain is None:
            raise EmailUnverified(AddressNotVerified())
        joined: dict[str, Joined] = {}
        refused: list[Explained] = []
        async with self._sessions.begin() as session:
            for row in await invitations.by_domain_under_lock(session, domain):
                if row.group_id in joined:
                    continue
                try:
                    joined[row.group_id] = await _take_in(session, principal, row, now)
                except Explained as refusal:
                    refused.append(refusal)
            if not joined:
                raise refused[0] if refused else UnknownInvitation(NoInvitationForDomain())
        return [joined[group_id] for group_id in sorted(joined)]


def _check(order: InvitationOrder, now: datetime) -> None:
    if order.expires_at is not None and not now < order.expires_at <= now + LONGEST:
        raise UnusableValue("expires_at", "range", f"expires_at: within {LONGEST.days} days from now")
    if order.domain is None and order.expires_at is None:
        raise UnusableValue("expires_at", "missing", "expires_at: a code needs an end")
    if order.member_until is not None and order.member_until <= now:
        raise UnusableValue("member_until", "past", "member_until: must lie ahead")


async def _take_in(session: AsyncSession, principal: Principal, row: InvitationRow, now: datetime) -> Joined:
    """Under the invitation's lock; of refusals nothing is written."""
    group = await groups.group_of(session, row.group_id)
    member = await groups.member_under_lock(session, row.group_id, principal.subject)
    if member is not None and (member.until is None or member.until > now):
        return group, member
    used = await invitations.is_used_by(session, row.id, principal.subject)
    known = Invitation(
        uses=row.uses,
        most_uses=row.most_uses,
        expires_at=min((at for at in (row.expires_at, row.member_until) if at is not None), default=None),
        revoked_at=row.revoked_at,
    )
    check_invitation(known, used_by_them=used, now=now)
    if member is None:
        member = GroupMember(group_id=row.group_id, driver_id=principal.subject)
        session.add(member)
    member.since, member.until, member.joined_by = now, row.member_until, f"invitation:{row.id}"
    session.add(InvitationUse(invitation_id=row.id, driver_id=principal.subject, at=now))
    row.uses += 1
    await session.flush()
    fact = GroupJoinedInvited(group=row.group_id, number=row.id)
    await record(session, principal, fact, principal.subject, at=now, by="driver")
    return group, member
