"""Which connectors serve one car at a time, as JSON."""

from api.desk.topology import Placed, Topology
from api.v1.schemas.topology import BesideOut, PlugOut, TopologyConnectorOut, TopologyOut
from db.tables import Connector
from domain.charging.connector import ConnectorStatus


def topology_out(found: Topology) -> TopologyOut:
    charger = found.charger
    return TopologyOut(
        site_id=charger.site_id,
        charger_id=charger.id,
        topology_declared_at=charger.topology_declared_at,
        one_at_a_time=charger.one_at_a_time,
        connectors=[_connector_out(one) for one in found.connectors],
    )


def _plugs_out(connector: Connector) -> list[PlugOut]:
    types, told = connector.plug_types, connector.plugs
    return [
        PlugOut(
            connector=int(number),
            type=types.get(number),
            status=ConnectorStatus(told[number]) if number in told else None,
        )
        for number in sorted({*types, *told} - {"0"}, key=int)
    ]


def _connector_out(placed: Placed) -> TopologyConnectorOut:
    connector = placed.connector
    return TopologyConnectorOut(
        connector_id=connector.id,
        number=connector.number,
        pool_id=connector.pool_id,
        bay=placed.bay,
        status=ConnectorStatus(connector.status),
        plugs=_plugs_out(connector),
        plug_types_declared=connector.plug_types_declared,
        beside=[
            BesideOut(connector_id=one.connector_id, charger_id=one.charger_id, number=one.number)
            for one in placed.beside
        ],
    )
