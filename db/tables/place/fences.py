"""The latest effect on its holds that each reservation asked for: what a lost attempt asked before is refused."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Fence(Table):
    """`version`: as contracts.declaration.Versioned has it. `asked_at`: of equal versions the later attempt wins.

    `run`: of the workflow that asked; versions of another run are not comparable, and the later `asked_at` wins. Empty:
    not known.
    """

    __tablename__ = "fences"

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    run: Mapped[str] = mapped_column(server_default="")
