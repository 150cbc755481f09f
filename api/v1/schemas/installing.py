"""What is installed where, over the wire."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from api.v1.schemas.fields import LINE, NO_CONTROLS, Answer, Body, Identifier, Reason
from db.seed.plan import ChargerSeed, ConnectorSeed, PoolSeed, SiteSeed
from domain.whereabouts import LONGEST_ADDRESS

_Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_CONTROLS)
]
_Number = Annotated[int, Field(strict=True, ge=1, le=1_000)]
_MOST = 100


class _Installing(Body):
    reason: Reason = Field(min_length=1, description="Your words, for the audit trail")
    dry_run: bool = Field(default=False, strict=True, description="Only tell what it would come to")


class SiteIn(_Installing):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Harbour Yard",
                    "zone": "Europe/Berlin",
                    "currency": "EUR",
                    "latitude": 52.52,
                    "longitude": 13.405,
                    "address": "Quay 3, Berlin",
                    "reason": "As the surveyor measured it",
                }
            ]
        },
    )

    name: _Name
    zone: Annotated[str, StringConstraints(max_length=64, pattern=NO_CONTROLS)] = Field(
        description="IANA time zone: the clock of all that the site says"
    )
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(description="ISO 4217")
    latitude: float = Field(strict=True, ge=-90, le=90, description="WGS 84 degrees")
    longitude: float = Field(strict=True, ge=-180, le=180)
    address: Annotated[str, StringConstraints(max_length=LONGEST_ADDRESS, pattern=LINE)] | None = Field(
        default=None, description="On one line; empty: not known; null: as it is"
    )

    def site(self, site_id: str) -> SiteSeed:
        return SiteSeed(
            id=site_id,
            name=self.name,
            zone=self.zone,
            currency=self.currency,
            latitude=self.latitude,
            longitude=self.longitude,
            address=self.address,
        )


class PoolIn(_Installing):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Fast",
                    "connector_type": "IEC_62196_T2_COMBO",
                    "power_w": 150_000,
                    "walk_in_connectors": 1,
                    "reason": "Two new chargers",
                }
            ]
        },
    )

    name: _Name
    connector_type: Identifier = Field(description="OCPI ConnectorType")
    power_w: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] = Field(
        description="Of each of its connectors"
    )
    walk_in_connectors: Annotated[int, Field(strict=True, ge=0, le=10_000)] = Field(
        description="So many are never promised"
    )

    def pool(self, pool_id: str) -> PoolSeed:
        return PoolSeed(
            id=pool_id,
            name=self.name,
            connector_type=self.connector_type,
            power_w=self.power_w,
            walk_in_connectors=self.walk_in_connectors,
        )


class InstalledConnectorIn(Body):
    number: _Number = Field(description="OCPP 1.6 connectorId, 2.x evseId")
    pool_id: Identifier = Field(description="Of the site")
    bay: Identifier | None = Field(default=None, description="The label on the ground; null: none")


class InstalledChargerIn(_Installing):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "connectors": [{"number": 1, "pool_id": "harbour-fast", "bay": "Bay harbour-1"}],
                    "one_at_a_time": [],
                    "keeps_local_list": False,
                    "reason": "Commissioned today",
                }
            ]
        },
    )

    connectors: list[InstalledConnectorIn] = Field(
        max_length=_MOST, description="Each in full; one that is not named stays as it is"
    )
    one_at_a_time: list[Annotated[list[_Number], Field(min_length=2, max_length=_MOST)]] = Field(
        max_length=_MOST,
        description="All groups of connectors that share an EVSE or a power cable",
    )
    keeps_local_list: bool = Field(
        strict=True,
        description="Its local list is kept in step with its reservations; what else is in it goes",
    )

    def charger(self, charger_id: str) -> ChargerSeed:
        return ChargerSeed(
            id=charger_id,
            connectors=tuple(
                ConnectorSeed(number=one.number, pool_id=one.pool_id, bay=one.bay) for one in self.connectors
            ),
            one_at_a_time=tuple(tuple(group) for group in self.one_at_a_time),
            keeps_local_list=self.keeps_local_list,
        )


class InstalledMemberOut(Answer):
    member: str = Field(description="With dots, as `connectors.1.pool_id`")
    before: Any = Field(description="null: it was not there")
    after: Any


class InstalledOut(Answer):
    id: str
    created: bool = Field(description="It was not there before")
    changes: list[InstalledMemberOut] = Field(description="Empty: it is as it was")
    dry_run: bool = Field(description="Nothing was kept")


class InstalledSiteOut(Answer):
    id: str
    name: str
    zone: str = Field(description="IANA time zone")
    currency: str = Field(description="ISO 4217")
    latitude: float = Field(description="WGS 84 degrees")
    longitude: float
    address: str = Field(description="On one line; empty: not known")


class InstalledPoolOut(Answer):
    id: str
    name: str
    connector_type: str = Field(description="OCPI ConnectorType")
    power_w: int = Field(description="Of each of its connectors")
    walk_in_connectors: int = Field(description="So many are never promised")


class InstalledConnectorOut(Answer):
    number: int = Field(description="OCPP 1.6 connectorId, 2.x evseId")
    pool_id: str
    bay: str | None = Field(description="The label on the ground; null: none")


class InstalledChargerOut(Answer):
    id: str
    connectors: list[InstalledConnectorOut]
    one_at_a_time: list[list[int]] = Field(
        description="All groups of connectors that share an EVSE or a power cable"
    )
    keeps_local_list: bool
