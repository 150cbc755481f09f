"""Holds: a connector's time promised to a reservation. The exclusion constraint proves: no berth twice.

`int8range(berth_id, berth_id, '[]')` makes equality an overlap, so no extension is needed. Deferrable
only so that re-packing can swap connectors inside one transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table

NO_OVERLAP = "ex_holds_one_promise_per_connector"
"""Per berth by now; workers of the release before defer it by this name while a deployment is under way."""


class Hold(Table):
    __tablename__ = "holds"
    __table_args__ = (
        ExcludeConstraint(
            (func.int8range(literal_column("berth_id"), literal_column("berth_id"), "[]"), "&&"),
            (literal_column("during"), "&&"),
            name=NO_OVERLAP,
            using="gist",
            where="released_at IS NULL",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        ForeignKeyConstraint(
            ["connector_id", "berth_id"],
            ["connectors.id", "connectors.berth_id"],
            name="fk_holds_connector_berth",
            onupdate="CASCADE",
        ),
        CheckConstraint("id < 1073741824", name="fits_ocpp_integer"),
        Index("ix_holds_open_by_code", "reservation_code", postgresql_where="released_at IS NULL"),
        Index(
            "ix_holds_open_by_connector", "connector_id", "slot_end", postgresql_where="released_at IS NULL"
        ),
        Index("ix_holds_by_driver", "driver_id", "slot_end"),
        Index("ix_holds_open_by_driver", "driver_id", postgresql_where="released_at IS NULL"),
        Index(
            "ix_holds_open_by_account",
            "account_fleet",
            postgresql_where="released_at IS NULL AND account_fleet IS NOT NULL",
        ),
        Index("ix_holds_open_by_berth", "berth_id", "slot_end", postgresql_where="released_at IS NULL"),
        Index(
            "ix_holds_given_up_by_berth", "berth_id", "slot_end", postgresql_where="released_at IS NOT NULL"
        ),
        Index(
            "ix_holds_given_up_by_connector",
            "connector_id",
            "slot_end",
            postgresql_where="released_at IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    """Also the OCPP reservationId: unique for the life of every station, never reused."""
    reservation_code: Mapped[str]
    step: Mapped[str]
    """The workflow step that placed it (`book`, `reroute-1`, `late-1`); with the code, its idempotency key."""
    connector_id: Mapped[int] = mapped_column(ForeignKey("connectors.id"))
    berth_id: Mapped[int] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    """The connector's, written by a trigger: what serves one car at a time."""
    pool_id: Mapped[str] = mapped_column(ForeignKey("pools.id"))
    plug: Mapped[str | None]
    """OCPI type of the plug that was promised; NULL: the pool's."""
    driver_id: Mapped[str] = mapped_column(ForeignKey("drivers.id"))
    group_id: Mapped[str | None]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """Slot plus turnover buffer: what is excluded for others."""
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    opens_at: Mapped[datetime]
    """Slot start minus early start."""
    watch_from: Mapped[datetime]
    """From here faults on the connector are told to the reservation's workflow."""
    walk_in_warning_seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")
    locked_at: Mapped[datetime | None]
    """Set: the connector is fixed. NULL: may be re-packed within the pool."""
    pushed_at: Mapped[datetime | None]
    """When the charger was last sent a ReserveNow for it, as its workflow asked."""
    pushed_until: Mapped[datetime | None]
    """The expiry of that."""
    account_fleet: Mapped[str | None]
    """Whose invoice account pays for the reservation."""
    account_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    """What it was expected to come to when it was booked, in the account's currency."""
    among: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    """Connectors of the pool that its driver may use then, by the site's access rules; NULL: any."""
    needs: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.place.fit.Needs as JSON: what its driver asked of the bay; NULL: nothing."""
    named_bay: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.terms.named_bay.NamedBay as JSON, as it was told; NULL: none was asked for by name."""
    certainty: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.terms.certainty.Certainty as JSON, as it was told; NULL: it stands for another hold, or was not."""
    for_guest: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Its driver booked it for somebody else, and may have another one at the same time."""
    placed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str | None]


Index("uq_holds_reservation_code_step", Hold.reservation_code, Hold.step, unique=True)
