"""What is held about a driver, over the wire."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.v1.schemas.fields import Answer


class PersonalDataOut(Answer):
    driver_id: str
    made_at: datetime
    held: dict[str, list[dict[str, Any]]] = Field(
        description="By table, with all that it holds about the driver; without secrets, and of cards their end"
    )


class ErasedOut(Answer):
    at: datetime
    alias: str | None = Field(
        description="What the books call the driver from now on; null: nothing was known of them",
        examples=["erased:5f0c2d1e7a9b4c3d8e6f0a1b2c3d4e5f"],
    )
