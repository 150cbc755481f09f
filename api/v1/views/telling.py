"""Messages and addresses as they are shown."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from api.desk.messages import SentMessage
from api.v1.schemas.telling import (
    CarriedOut,
    ContactPointOut,
    SentMessageOut,
    SentMessageWithNoticesOut,
    TellingChannelOut,
    TellingChannelsOut,
)
from db.queries.messages import Sending
from db.tables import ContactPoint, Notification
from domain.telling.channels import MAY_CARRY, Channel, Offered
from domain.telling.urgency import Urgency
from texts.reader import Reader


def contact_point_out(row: ContactPoint) -> ContactPointOut:
    return ContactPointOut(
        id=row.id,
        channel=Channel(row.channel),
        address=row.address,
        added_at=row.added_at,
        confirmed_at=row.confirmed_at,
        bounced_at=row.bounced_at,
    )


def telling_channels_out(offered: Offered) -> TellingChannelsOut:
    return TellingChannelsOut(
        items=[
            TellingChannelOut(
                channel=channel,
                carries=[urgency for urgency in Urgency if urgency in MAY_CARRY[channel]],
                application_server_key=offered.push_key if channel is Channel.PUSH else None,
            )
            for channel in Channel
            if channel in offered.channels
        ]
    )


def message_out(sending: Sending) -> SentMessageOut:
    return SentMessageOut(**_members(sending))


def message_with_notices_out(sent: SentMessage, reader: Reader) -> SentMessageWithNoticesOut:
    notices = [_carried(notice, reader) for notice in sent.notices]
    return SentMessageWithNoticesOut(**_members(sent.sending), notices=notices)


def _members(sending: Sending) -> dict[str, Any]:
    message = sending.message
    return {
        "id": message.id,
        "driver_id": message.driver_id,
        "fleet_id": message.fleet_id,
        "channel": Channel(message.channel),
        "address": _shown(sending.address) if message.channel == Channel.PUSH else sending.address,
        "recorded_at": message.recorded_at,
        "sendings": message.sendings,
        "state": sending.state,
        "attempts": sending.attempts,
        "delivered_at": sending.delivered_at,
        "next_attempt_at": sending.next_attempt_at,
    }


def _shown(endpoint: str) -> str:
    """The push service: what is behind it is the browser's own."""
    return endpoint and f"https://{urlsplit(endpoint).netloc}"


def _carried(notice: Notification, reader: Reader) -> CarriedOut:
    there = replace(reader, zone=notice.zone or reader.zone)
    return CarriedOut(
        id=notice.id,
        template=notice.template,
        reservation=notice.reservation_code or None,
        text=there.notice(notice.template, notice.parameters),
    )
