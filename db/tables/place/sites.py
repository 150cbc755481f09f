"""Sites, their bays and pools, and the versioned rules that apply there."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from db.tables.metadata import Table
from domain.whereabouts import LONGEST_ADDRESS


class Site(Table):
    __tablename__ = "sites"
    __table_args__ = (CheckConstraint(f"length(address) <= {LONGEST_ADDRESS}", name="address_length"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]
    """IANA time zone name."""
    currency: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    address: Mapped[str] = mapped_column(default="", server_default="")
    """As people write it, on one line; empty: not known."""
    opening_hours: Mapped[str] = mapped_column(default="", server_default="")
    """In the syntax of OpenStreetMap, on the site's clock; empty: always open."""
    country: Mapped[str] = mapped_column(default="", server_default="")
    """ISO 3166-1, two letters: its public holidays are the `PH` of the hours; empty: not known."""
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    """domain.place.site_plan.SitePlan as JSON, read by db.queries.place.site_plans; NULL: there is none."""
    has_plan: Mapped[bool] = column_property(plan.is_not(None))


class Bay(Table):
    """A parking place. The label is what a driver reads on the ground; sizes NULL: not measured."""

    __tablename__ = "bays"
    __table_args__ = (
        UniqueConstraint("site_id", "label"),
        CheckConstraint("length_cm > 0 AND width_cm > 0 AND height_cm > 0", name="sizes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    label: Mapped[str]
    length_cm: Mapped[int | None]
    width_cm: Mapped[int | None]
    height_cm: Mapped[int | None]
    """The limit above it."""
    trailer: Mapped[bool] = mapped_column(default=False, server_default="false")
    drive_through: Mapped[bool] = mapped_column(default=False, server_default="false")
    accessible: Mapped[bool] = mapped_column(default=False, server_default="false")


class Pool(Table):
    """Interchangeable connectors of one site. `walk_in_connectors`: so many are never promised."""

    __tablename__ = "pools"
    __table_args__ = (
        CheckConstraint("walk_in_connectors >= 0", name="walk_in_share"),
        CheckConstraint("power_w > 0", name="power"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), index=True)
    name: Mapped[str]
    connector_type: Mapped[str]
    """OCPI ConnectorType name, e.g. `IEC_62196_T2_COMBO`."""
    power_w: Mapped[int]
    walk_in_connectors: Mapped[int] = mapped_column(default=0, server_default="0")


class PolicyVersion(Table):
    """`document` is domain.terms.policy.Policy as JSON. `site_id` NULL: the default for sites without their own."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("site_id", "version", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"))
    version: Mapped[int]
    valid_from: Mapped[datetime]
    document: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(unique=True)
    """Of the request that wrote it; NULL: written by no request."""


class TariffVersion(Table):
    """`document` is domain.terms.tariff.Tariff as JSON. `site_id` NULL: the default."""

    __tablename__ = "tariffs"
    __table_args__ = (UniqueConstraint("site_id", "version", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"))
    version: Mapped[int]
    valid_from: Mapped[datetime]
    document: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(unique=True)
    """Of the request that wrote it; NULL: written by no request."""


class PriceRulesVersion(Table):
    """`document` is domain.terms.price_rules.PriceRules as JSON; NULL: from here on prices do not vary any more.

    `site_id` NULL: for sites without their own.
    """

    __tablename__ = "price_rules"
    __table_args__ = (UniqueConstraint("site_id", "version", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"))
    version: Mapped[int]
    valid_from: Mapped[datetime]
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    key: Mapped[str | None] = mapped_column(unique=True)
    """Of the request that wrote it; NULL: written by no request."""


class AccessRulesVersion(Table):
    """`document` is domain.terms.access_rules.AccessRules as JSON; NULL: from here on everybody may again."""

    __tablename__ = "access_rules"
    __table_args__ = (UniqueConstraint("site_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    version: Mapped[int]
    valid_from: Mapped[datetime]
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    key: Mapped[str | None] = mapped_column(unique=True)
    """Of the request that wrote it; NULL: written by no request."""


class WalkInTariffVersion(Table):
    """What a site has walk-ins pay, where it wants them priced here. `document` as in TariffVersion; NULL: no more."""

    __tablename__ = "walk_in_tariffs"
    __table_args__ = (UniqueConstraint("site_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    version: Mapped[int]
    valid_from: Mapped[datetime]
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    key: Mapped[str | None] = mapped_column(unique=True)
    """Of the request that wrote it; NULL: written by no request."""


class WatchedSite(Table):
    """Somebody looks at it as it changes: its changes are told (`db.changes`) until then."""

    __tablename__ = "watched_sites"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    until: Mapped[datetime]
