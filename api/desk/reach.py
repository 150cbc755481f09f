"""How far an operator reaches who is confined to some sites: things of other sites are not there for them."""

from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.charging import chargers
from domain.errors import UnknownCharger
from domain.facts.refusals import NoSuchCharger
from domain.terms.site_roles import SiteRole


async def require_charger(
    sessions: Sessions, principal: Principal, charger_id: str, roles: tuple[SiteRole, ...]
) -> None:
    """Asks the database only about who is confined. Raises ScopeMissing, UnknownCharger, SiteForbidden."""
    principal.require_operator()
    if not principal.is_confined:
        return
    async with sessions() as session:
        charger = await chargers.find(session, charger_id)
    if charger is None or not principal.sees_site(charger.site_id):
        raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
    principal.require_site(charger.site_id, *roles)
