"""What the workflow is told about a hold: connector, credentials, terms."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import credentials_of
from contracts.holds import HeldConnector, HoldDecision, Refusal
from db.tables import Bay, Charger, Connector, Driver, Hold, Pool, Site
from domain.errors import DomainError
from domain.reservation.assignment import Assignment
from domain.terms.accepted import Terms


async def held_connector(session: AsyncSession, hold: Hold) -> HeldConnector:
    credentials = await credentials_of(session, driver_id=hold.driver_id, code=hold.reservation_code)
    label = func.coalesce(Bay.label, func.concat(Connector.charger_id, "/", Connector.number))
    row = (
        await session.execute(
            select(Charger.site_id, Connector.charger_id, Connector.number, label, Pool.power_w)
            .join(Charger, Charger.id == Connector.charger_id)
            .join(Pool, Pool.id == Connector.pool_id)
            .outerjoin(Bay, Bay.id == Connector.bay_id)
            .where(Connector.id == hold.connector_id)
        )
    ).one()
    return HeldConnector(
        assignment=Assignment(
            hold_id=hold.id,
            site_id=row[0],
            charger_id=row[1],
            connector_id=hold.connector_id,
            connector_number=row[2],
            label=row[3],
            power_w=row[4],
        ),
        id_tag=credentials.id_tag,
        parent_id_tag=credentials.group_id,
        app_tag=credentials.app_tag,
        token_kind=credentials.token_kind,
    )


async def decision(session: AsyncSession, hold: Hold, terms: Terms | None) -> HoldDecision:
    held = await held_connector(session, hold)
    site = await session.get_one(Site, held.assignment.site_id)
    driver = await session.get_one(Driver, hold.driver_id)
    return HoldDecision(held=held, terms=terms, site_name=site.name, stripe_customer=driver.stripe_customer)


def refused(error: DomainError) -> HoldDecision:
    return HoldDecision(refusal=Refusal(code=error.code, message=error.message))
