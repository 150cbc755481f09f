"""Memberships as JSON."""

from typing import Any

from api.v1.schemas.memberships import MembershipOut, OperatorsMembershipOut
from db.tables import Membership


def membership_out(row: Membership) -> MembershipOut:
    return MembershipOut(**_shared(row))


def operators_membership_out(row: Membership) -> OperatorsMembershipOut:
    return OperatorsMembershipOut(
        **_shared(row),
        driver_id=row.driver_id,
        given_at=row.given_at,
        given_by=row.given_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _shared(row: Membership) -> dict[str, Any]:
    return {
        "id": row.id,
        "site_id": row.site_id,
        "tier": row.tier,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }
