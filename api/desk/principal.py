"""Who is asking, once a face has made sure of it: a bearer token, a session, a partner's signature."""

from dataclasses import dataclass
from datetime import datetime

from api.desk.refusals import ScopeMissing
from domain.money.authority import Role
from domain.reservation.actions.table import Actor

SCOPES = ("driver", "operator", "fleet")
SCOPES_OF = {Actor.DRIVER: ("driver", "fleet"), Actor.OPERATOR: ("operator",)}
"""Any of them lets a caller act as that actor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """`subject`: the driver's id for drivers, a person's name for operators and dispatchers.

    `role`: of an operator, how much they may give away. `until`: aware UTC, so long what shows it is good; None: not
    known. `email`: a driver's, which the issuer says is theirs.
    """

    subject: str
    scopes: frozenset[str]
    fleet_id: str | None = None
    role: Role = Role.SUPPORT
    until: datetime | None = None
    email: str | None = None

    @property
    def is_operator(self) -> bool:
        return "operator" in self.scopes

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts under which the caller may have booked."""
        found = []
        if "driver" in self.scopes:
            found.append(self.subject)
        if "fleet" in self.scopes and self.fleet_id is not None:
            found.append(self.fleet_id)
        return tuple(found)

    @property
    def driver_id(self) -> str | None:
        """Whose bookings theirs would be, where they say nothing; None: nobody's."""
        return self.subject if "driver" in self.scopes else None

    def require(self, *any_of: str) -> None:
        """Raises ScopeMissing unless the caller has one of these scopes."""
        if self.scopes.isdisjoint(any_of):
            raise ScopeMissing(*any_of)

    def owns(self, *, driver_id: str, fleet_id: str | None) -> bool:
        """A driver's own, or one of the fleet's drivers'. Operators see all, which is not owning."""
        as_driver = "driver" in self.scopes and driver_id == self.subject
        as_fleet = "fleet" in self.scopes and self.fleet_id is not None and fleet_id == self.fleet_id
        return as_driver or as_fleet
