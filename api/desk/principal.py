"""Who is asking, once a face has made sure of it: a bearer token, a session, a partner's signature."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.desk.refusals import ScopeMissing
from domain.errors import SiteForbidden
from domain.facts.refused_people import RoleNotEnough
from domain.money.authority import Role
from domain.reservation.actions.action import Actor
from domain.terms.site_roles import EVERYWHERE, READ, SiteRole

SCOPES = ("driver", "operator", "fleet")
SCOPES_OF = {Actor.DRIVER: ("driver", "fleet"), Actor.OPERATOR: ("operator",)}
"""Any of them lets a caller act as that actor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """`subject`: the driver's id for drivers, a person's name for operators and dispatchers.

    `role`: of an operator, how much they may give away. `until`: aware UTC, so long what shows it is good; None: not
    known. `email`: a driver's, which the issuer says is theirs.
    `sites`: an operator's role by site; None: all of the installation is theirs. Who is confined to sites may do only
    what asks for a site (`require_site`, `reach`): what asks for the scope alone is the whole installation's.
    """

    subject: str
    scopes: frozenset[str]
    fleet_id: str | None = None
    role: Role = Role.SUPPORT
    until: datetime | None = None
    email: str | None = None
    sites: Mapping[str, SiteRole] | None = None

    @property
    def is_operator(self) -> bool:
        """Of the whole installation."""
        return "operator" in self.scopes and self.sites is None

    @property
    def is_confined(self) -> bool:
        """An operator's, to some sites."""
        return "operator" in self.scopes and self.sites is not None

    @property
    def reach(self) -> tuple[str, ...] | None:
        """Ids of the sites whose rows an operator sees; None: of all."""
        if self.sites is None or EVERYWHERE in self.sites:
            return None
        return tuple(sorted(self.sites))

    @property
    def rights(self) -> Hashable:
        """Equal for whom the same is shown: one person may have been given others since they signed in elsewhere."""
        sites = None if self.sites is None else frozenset(self.sites.items())
        return self.subject, self.scopes, self.fleet_id, self.role, sites

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

    def lasts(self, now: datetime, most: timedelta) -> timedelta:
        """How long they may be told something from now on: `most`, and no longer than what shows it is good."""
        left = most if self.until is None else min(most, self.until - now)
        return max(left, timedelta())

    def require(self, *any_of: str) -> None:
        """Raises ScopeMissing unless the caller has one of these scopes, for the whole installation."""
        held = self.scopes - {"operator"} if self.sites is not None else self.scopes
        if held.isdisjoint(any_of):
            raise ScopeMissing(*any_of)

    def require_fleet(self) -> str:
        """The fleet that the caller acts for. Raises ScopeMissing."""
        if "fleet" not in self.scopes or self.fleet_id is None:
            raise ScopeMissing("fleet")
        return self.fleet_id

    def require_operator(self) -> None:
        """At some site or at all. Raises ScopeMissing."""
        if "operator" not in self.scopes:
            raise ScopeMissing("operator")

    def sees_site(self, site_id: str) -> bool:
        """As an operator."""
        return self.has_at_site(site_id, *READ)

    def has_at_site(self, site_id: str, *roles: SiteRole) -> bool:
        """One of the roles there, as an operator."""
        return self.is_operator or (self.is_confined and self._role_at(site_id) in roles)

    def require_site(self, site_id: str, *roles: SiteRole) -> None:
        """One of the roles there, whether there is such a site or not. Raises ScopeMissing, SiteForbidden."""
        self.require_operator()
        if not self.has_at_site(site_id, *roles):
            raise SiteForbidden(RoleNotEnough(site_id=site_id))

    def _role_at(self, site_id: str) -> SiteRole | None:
        return None if self.sites is None else self.sites.get(site_id, self.sites.get(EVERYWHERE))

    def owns(self, *, driver_id: str, fleet_id: str | None) -> bool:
        """A driver's own, or one of the fleet's drivers'. Operators see all, which is not owning."""
        as_driver = "driver" in self.scopes and driver_id == self.subject
        as_fleet = "fleet" in self.scopes and self.fleet_id is not None and fleet_id == self.fleet_id
        return as_driver or as_fleet
