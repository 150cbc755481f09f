"""What is to be sent to whom, as facts for the one delivery. Addresses and words are read when it is sent."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from db.delivery.inbox import NewEvent, Recipient
from db.delivery.waiting import Waiting
from db.tables import ContactPoint, Farewell, Message, SignInLink, Target
from domain.telling.channels import Channel

SERVED_BY = {
    Channel.MAIL: Target.MAIL,
    Channel.PUSH: Target.PUSH,
    Channel.SMS: Target.SMS,
    Channel.VOICE: Target.VOICE,
}


class ToSend(StrEnum):
    MESSAGE = "message"
    """Its payload names the message, and which sending of it this is."""
    CODE = "code"
    """What confirms an address: it is made when it is sent. Its payload names the contact point."""
    LINK = "link"
    """What signs in whoever reads it: it is made when it is sent. Its payload names the link."""

    FAREWELL = "farewell"
    """The last one to an address that was given up. Its payload names what knows where it goes."""


def message_event(message: Message, now: datetime) -> NewEvent:
    """Of its last sending."""
    point = str(message.contact_point_id)
    return NewEvent(
        event_id=f"message_{message.id}_{message.sendings}",
        kind=ToSend.MESSAGE,
        subject=point,
        at=now,
        received_at=now,
        payload=json.dumps({"message": message.id, "sending": message.sendings}).encode(),
        recipients=[Recipient(target=SERVED_BY[Channel(message.channel)], key=point)],
    )


def messages_in(waiting: Iterable[Waiting]) -> Sequence[int]:
    """Ids of the messages among what waits."""
    return [one.payload["message"] for one in waiting if "message" in one.payload]


def code_event(point: ContactPoint, now: datetime) -> NewEvent:
    """One that was asked for at `now`."""
    return NewEvent(
        event_id=f"code_{point.id}_{now.timestamp():.6f}",
        kind=ToSend.CODE,
        subject=str(point.id),
        at=now,
        received_at=now,
        payload=json.dumps({"contact_point": point.id}).encode(),
        recipients=[Recipient(target=SERVED_BY[Channel(point.channel)], key=str(point.id))],
    )


def link_event(link: SignInLink, contact_point: int, now: datetime) -> NewEvent:
    return NewEvent(
        event_id=f"link_{link.id}",
        kind=ToSend.LINK,
        subject=str(contact_point),
        at=now,
        received_at=now,
        payload=json.dumps({"link": link.id}).encode(),
        recipients=[Recipient(target=SERVED_BY[Channel.MAIL], key=str(contact_point))],
    )


def farewell_event(row: Farewell, now: datetime) -> NewEvent:
    """Its key is its own: it waits for nothing that an address still was to be told."""
    key = f"farewell-{row.id}"
    return NewEvent(
        event_id=f"farewell_{row.id}",
        kind=ToSend.FAREWELL,
        subject=key,
        at=now,
        received_at=now,
        payload=json.dumps({"farewell": row.id}).encode(),
        recipients=[Recipient(target=SERVED_BY[Channel(row.channel)], key=key)],
    )
