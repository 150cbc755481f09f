"""What is known when somebody shows a token at a charger: the token, the holds there, what is kept or closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargesAt:
    """`reservation_code`: which prices the session there."""

    connector_id: int
    reservation_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """What the database knows of a presented idTag. `reservation_code` is set for app credentials only.

    `parent_tag`: what stands for all of the driver's tokens (`tokens.parent_of`); it decides nothing here.
    `charges_at`: where the driver charges now, if the policy forbids a second session; else empty.
    """

    known: bool
    blocked: bool = False
    driver_id: str | None = None
    group_id: str | None = None
    reservation_code: str | None = None
    parent_tag: str | None = None
    expires_at: datetime | None = None
    charges_at: frozenset[ChargesAt] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOnConnector:
    """A hold that touches now or soon on a connector of the charger. Instants aware UTC.

    `opens_at` = start - early start; `start`, `end` = the slot. `given_up`: as a no-show, or before word of a
    start at an offline charger reached us. It refuses nobody, but its driver is still welcome.
    `walk_in_warning`: a stay that could last no longer than this before the start is not begun.
    """

    reservation_code: str
    connector_id: int
    driver_id: str
    group_id: str | None
    opens_at: datetime
    start: datetime
    end: datetime
    given_up: bool = False
    walk_in_warning: timedelta = timedelta(0)
    unpaid: bool = False
    """Its deposit is awaited."""
    offered: bool = False
    """From a waiting list, and no reservation yet: it keeps others out, and is not its driver's before they booked."""
    beside: bool = False
    """Placed on another connector of the same berth: it holds this one, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlace:
    """A connector that the site's access rules keep from whoever shows the token, by the line `by`, from `since` on."""

    since: datetime
    by: str


KeptPlaces = Mapping[int, KeptPlace]
"""By connector; of one that is not named nobody is kept out for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintained:
    """A time in which a connector, or its berth, is closed by plan. Instants aware UTC."""

    connector_id: int
    start: datetime
    end: datetime
