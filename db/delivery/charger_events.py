"""What is known of a charger by another way than its own messages, told to reservations like those.

In the caller's transaction; what chargers say themselves goes through `ocpp_gateway.storage.inbox`.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from db.delivery import inbox
from db.delivery.inbox import NewEvent, Recipient
from db.tables import Source, Target
from domain.charging.events import ChargerEvent

_EVENT = TypeAdapter(ChargerEvent)


async def tell(connection: AsyncConnection, event: ChargerEvent, codes: Iterable[str], now: datetime) -> None:
    """To the reservations `codes`, once: told again under the same `event_id` it changes nothing."""
    new = NewEvent(
        event_id=event.event_id,
        kind=event.kind,
        subject=event.charger_id,
        at=event.at,
        received_at=now,
        payload=_EVENT.dump_json(event),
        recipients=[Recipient(target=Target.RESERVATION_CHARGER, key=code) for code in codes],
    )
    await inbox.record(connection, Source.CHARGER, [new])
