"""Where a site's access rules keep out who shows a token, from the rows of what the gate reads.

A connection keeps the versions that it has read: they never change, and reading one costs more than all the rest.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from db.documents import access_rules_from_document
from db.queries.place.access import caller_in
from domain.charging.access import AHEAD
from domain.charging.access_facts import KeptPlace, KeptPlaces
from domain.place.admission import Admission
from domain.terms.access_rules import AccessRules, Spot

_MOST_KEPT = 64

KnownRules = dict[int, AccessRules]
"""By id of the version."""


def known_rules(connection: AsyncConnection) -> KnownRules:
    """Of this connection to Postgres; the oldest are forgotten."""
    known: KnownRules = connection.info.setdefault("access_rules", {})
    while len(known) >= _MOST_KEPT:
        del known[next(iter(known))]
    return known


def kept_places(rows: Sequence[Any], at: datetime, known: KnownRules) -> KeptPlaces:
    """`rows`: of one question; a version that came along is added to `known`."""
    first = rows[0]
    if first.rules_id is None:
        return {}
    if first.rules_id not in known:
        known[first.rules_id] = access_rules_from_document(first.rules)
    caller = caller_in(first.fleet_id, first.member_of or (), first.tiers or ())
    admission = Admission(known[first.rules_id], caller, first.zone)
    spots = {row.id: Spot(bay=row.bay, pool_id=row.pool_id) for row in rows}
    begins = {spot: admission.kept_from(spot, at, AHEAD) for spot in set(spots.values())}
    return {
        connector_id: KeptPlace(since=found[0], by=found[1])
        for connector_id, spot in spots.items()
        if (found := begins[spot]) is not None
    }
