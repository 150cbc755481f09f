"""What was known of a place before its news; of an EVSE with several plugs also of each type of them. No SQL."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from domain.charging.connector import TROUBLE, ConnectorStatus, status_of_evse
from domain.charging.plugs import status_for

FINER_THAN_OCCUPIED = [
    status.value
    for status in (
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
    )
]
"""Of a transaction, as long as it runs; Finishing is so, too, after it."""


@dataclass(frozen=True, slots=True)
class FormerStatus:
    """`connector_id` None: the charger as a whole. `written` False: known better already.

    `charger_in_trouble`: of a connector, does its charger as a whole say so? `beside`: the others of its berth.
    """

    connector_id: int | None
    status: str
    written: bool
    error_code: str = ""
    charger_in_trouble: bool = False
    beside: tuple[int, ...] = ()
    together: ConnectorStatus | None = None
    """Of an EVSE with several connectors: what they say together."""
    heard_at: datetime | None = None
    """When that was said, by our clock."""
    stale: bool = False
    """What is told now was so before the session that runs there began, by the clock that stamped both."""
    taken_back: bool = False
    """Somebody is there all the same, by a session that has gone on though the connector had shown nobody."""
    plug: str = ""
    """Whose word alone this is: of those who were promised that type. Empty: of the EVSE."""
    by_plug: "tuple[FormerStatus, ...]" = ()
    """Of an EVSE with several types: what each said, with what it says now as `together`."""

    @property
    def apart(self) -> "tuple[FormerStatus, ...]":
        """Those types to which this is other news."""
        now = self.together if self.written and self.together is not None else self.status
        return tuple(one for one in self.by_plug if (one.status, one.together) != (self.status, now))


def together_with(former: FormerStatus, plugs: dict[str, str], *, finer: bool) -> FormerStatus:
    """What one connector of an EVSE says is news of the EVSE as far as it changes what all say.

    `finer`: what was known says more than that somebody is there.
    """
    together = status_of_evse(ConnectorStatus(status) for status in plugs.values())
    outlives = together is ConnectorStatus.OCCUPIED and finer
    return replace(former, written=not outlives, together=together)


def told_by_plug(former: FormerStatus, row: Row[Any], said_by: int | None) -> FormerStatus:
    """Who was promised a type of plug hears of its trouble, and of nobody else's.

    It begins by its own word: one that was in use beside another is free a moment after that. What stands lasts until
    its own word ends it.
    """
    told = {number: ConnectorStatus(status) for number, status in row.plugs_before.items()}
    tells = {number: ConnectorStatus(status) for number, status in row.plugs.items()}
    was = ConnectorStatus(former.status)
    now = former.together if former.written and former.together is not None else was
    each = []
    for one in sorted({*row.plug_types.values(), *row.broken_plugs}):
        stands, own_word = one in row.broken_plugs, row.plug_types.get(str(said_by)) == one
        first = status_for(one, row.plug_types, told, was, known_broken=stands)
        then = status_for(one, row.plug_types, tells, now, known_broken=stands and not own_word)
        if stands and first not in TROUBLE:
            first = ConnectorStatus.UNAVAILABLE
        if then in TROUBLE and first not in TROUBLE and not own_word:
            then = now
        each.append(replace(former, status=first, written=True, error_code="", together=then, plug=one))
    return replace(former, by_plug=tuple(each))
