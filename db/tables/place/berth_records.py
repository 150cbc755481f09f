"""How often promises at each berth were not kept, and why: counted anew by a loop of the worker, of no other source."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class BerthRecordRow(Table):
    """`promises` and why some were not kept: of those that ended lately (domain.place.berth_rates). `*_rate`: 0 to 1,
    what was seen there drawn towards what is usual around it; a booking reads no more than these.
    """

    __tablename__ = "berth_records"

    berth_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    level: Mapped[str]
    """A domain.charging.enforcement.EnforcementLevel: the most that its chargers can do."""
    promises: Mapped[int]
    fault: Mapped[int]
    overrun: Mapped[int]
    taken: Mapped[int]
    withdrawn: Mapped[int]
    fault_rate: Mapped[float]
    overrun_rate: Mapped[float]
    taken_rate: Mapped[float]
    withdrawn_rate: Mapped[float]
    counted_at: Mapped[datetime]
