"""A group, as JSON."""

from datetime import datetime

from api.desk.groups import Group, GroupMember
from api.v1.schemas.groups import (
    GroupAlternativeOut,
    GroupMemberOut,
    GroupOut,
    QuotedBayOut,
    RefusedOut,
)
from api.v1.views.reservations import reservation_out
from contracts.alternatives import GroupAlternative
from texts.reader import Reader


def group_out(group: Group, reader: Reader, now: datetime) -> GroupOut:
    """As read at `now`."""
    return GroupOut(
        id=group.id,
        site_id=group.site_id,
        start=group.slot.start,
        end=group.slot.end,
        mode=group.mode,
        state=group.state,
        members=[_member_out(member, reader, now) for member in group.members],
    )


def group_alternative_out(found: GroupAlternative) -> GroupAlternativeOut:
    return GroupAlternativeOut(
        site_id=found.site_id,
        site_name=found.site_name,
        site_address=found.site_address,
        start=found.slot.start,
        end=found.slot.end,
        distance_m=found.distance_m,
        certainty=found.certainty,
        members=[
            QuotedBayOut(quote=quote, connector_type=plug, bay=bay or None, pool_id=pool)
            for quote, plug, bay, pool in zip(
                found.quotes,
                found.plugs,
                found.bays or ("",) * len(found.quotes),
                found.pools or (None,) * len(found.quotes),
                strict=True,
            )
        ],
    )


def _member_out(member: GroupMember, reader: Reader, now: datetime) -> GroupMemberOut:
    decision = member.decision
    view = member.view if decision is None else decision.view
    code = member.refused or (decision.decline_code if decision is not None else "")
    return GroupMemberOut(
        code=member.code,
        driver_id=member.driver_id,
        refused=RefusedOut(code=code, title=reader.refusal(code)) if code else None,
        outcome=None if decision is None else decision.outcome,
        client_secret=None if decision is None else decision.client_secret,
        payment_due_at=None if decision is None else decision.payment_due_at,
        reservation=None if view is None else reservation_out(view, reader, now),
    )
