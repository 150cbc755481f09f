"""Cards refused at readers, over the wire."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.charging.access_reasons import AccessReason


class RefusedCardOut(Answer):
    site_id: str
    charger_id: str
    card: str = Field(examples=["…7F3A"], description="The end of its number")
    driver_id: str | None = Field(description="Whose it is")
    reason: AccessReason = Field(examples=["no_access"])
    line: str = Field(
        examples=["Taxis only"], description="Of the site's access rules, which refused it last"
    )
    first_at: datetime
    last_at: datetime
    times: int


class RefusedCardsOut(Answer):
    items: list[RefusedCardOut]
    next_cursor: str | None
