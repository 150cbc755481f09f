"""People: whoever operators know to be one, with however many accounts and cards."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Person(Table):
    """Drivers name it (`drivers.person_id`). Its row is locked by who books for any of them."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
