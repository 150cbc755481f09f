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
