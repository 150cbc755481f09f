"""Money given back after a settlement. A trigger (in the migrations) keeps it append-only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class AdjustmentRow(Table):
    """One refund that a person decided, here or in the provider's dashboard."""

    __tablename__ = "adjustments"
    __table_args__ = (
        UniqueConstraint("reservation_code", "number"),
        UniqueConstraint("key"),
        CheckConstraint("amount_minor <> 0 OR owed_minor <> 0", name="not_nothing"),
        CheckConstraint("num_nulls(line, position) IN (0, 2)", name="whole_line"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_code: Mapped[str]
    number: Mapped[int]
    """Counted from one, of the reservation."""
    key: Mapped[str]
    """What it is, the same at each retry: reservation, person and their key; or the provider's refund and its state."""
    source: Mapped[str]
    """`operator` or `dashboard`."""
    currency: Mapped[str]
    amount_minor: Mapped[int]
    """With tax, by what the bill falls. Negative: a refund made in the dashboard has failed, so the money was not given
    back after all.
    """
    owed_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    """What of a refund made in the dashboard paid what was owed to the driver already, beside `amount_minor`: the bill
    does not fall by it. Negative as that.
    """
    line: Mapped[str | None]
    """Kind of the line that it gives back; none: of the whole bill."""
    position: Mapped[int | None]
    """Of that line on the bill that stood then."""
    cause: Mapped[str]
    """domain.money.refunds.RefundCause; empty for the dashboard."""
    reason: Mapped[str]
    """In the person's words."""
    decided_by: Mapped[str]
    """The operator; empty: somebody in the dashboard."""
    request_id: Mapped[int | None]
    """The request that a second person approved."""
    provider_object: Mapped[str] = mapped_column(default="", server_default="")
    """The provider's id of a refund made in its dashboard."""
    after_settlement: Mapped[int]
    """The newest settlement then: what is settled after it has it."""
    at: Mapped[datetime]
