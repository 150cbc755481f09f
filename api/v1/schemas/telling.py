"""How people are told, over the wire."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from api.v1.schemas.fields import NO_CONTROLS, Answer, Body, Clock, Identifier
from domain.telling.channels import MAY_CARRY, Channel
from domain.telling.contact import Wanted
from domain.telling.preferences import BY_MAIL, Preferences, QuietHours
from domain.telling.states import MessageState
from domain.telling.urgency import Urgency
from texts.languages import Language

_Address = Annotated[str, StringConstraints(min_length=3, max_length=500, pattern=NO_CONTROLS)]
_PushKey = Annotated[str, StringConstraints(min_length=16, max_length=100, pattern=r"^[A-Za-z0-9_-]+=*$")]
_Channels = Annotated[list[Channel], Field(max_length=len(Channel))]


class BrowserKeysIn(Body):
    """Of a browser's subscription (W3C Push API), as its `toJSON()` gives them."""

    p256dh: _PushKey
    auth: _PushKey


class ContactPointIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"channel": "mail", "address": "ana@drivers.example"}]},
    )

    channel: Channel = Field(description="One of `GET /v1/telling-channels`")
    address: _Address = Field(
        description="E-mail; of `sms`, `voice` a phone number with its country; of `push` a subscription's endpoint"
    )
    keys: BrowserKeysIn | None = Field(default=None, description="Of `push`, and of no other")

    @model_validator(mode="after")
    def _keys_of_browsers(self) -> Self:
        if (self.keys is not None) != (self.channel is Channel.PUSH):
            raise ValueError("keys go with the channel push, and with no other")
        return self

    def wanted(self) -> Wanted:
        if self.keys is None:
            return Wanted(channel=self.channel, address=self.address)
        return Wanted(
            channel=self.channel,
            address=self.address,
            push_key=self.keys.p256dh,
            push_secret=self.keys.auth,
        )


class TellingChannelOut(Answer):
    channel: Channel
    carries: list[Urgency] = Field(description="What may go there; nobody is called for what can wait")
    application_server_key: str | None = Field(
        description="Of `push`: what browsers subscribe with, base64url"
    )


class TellingChannelsOut(Answer):
    items: list[TellingChannelOut]


class ContactCodeIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "ABCD-EFGH"}]})

    code: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=NO_CONTROLS)] = Field(
        description="As it was sent to the address, however it is written"
    )


class ContactPointOut(Answer):
    id: int
    channel: Channel
    address: str
    added_at: datetime
    confirmed_at: datetime | None = Field(description="Null: nothing but its code is sent there")
    bounced_at: datetime | None = Field(description="It takes nothing any more; add it again once it does")


class ContactPointsOut(Answer):
    items: list[ContactPointOut]


class QuietHoursIn(Body):
    """Over midnight where `end` is the earlier."""

    start: Clock = Field(examples=["22:00"])
    end: Clock = Field(examples=["07:00"])
    zone: Identifier = Field(description="IANA name", examples=["Europe/Berlin"])


class ChannelsIn(Body):
    """By how soon something has to be told. An empty list: not at all."""

    now: _Channels = Field(
        default=[Channel.MAIL], description="It needs an answer, or is about the next hours"
    )
    soon: _Channels = Field(default=[Channel.MAIL], description="It changes what one plans")
    record: _Channels = Field(default=[Channel.MAIL], description="To be kept: receipts and the like")

    @model_validator(mode="after")
    def _carried(self) -> Self:
        for urgency, channels in self.chosen().items():
            if any(urgency not in MAY_CARRY[channel] for channel in channels):
                raise ValueError("nobody is called for what can wait: `voice` goes with `now` alone")
        return self

    def chosen(self) -> dict[Urgency, frozenset[Channel]]:
        return {urgency: frozenset(getattr(self, urgency.value)) for urgency in Urgency}


class TellingPreferencesIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "language": "de",
                    "quiet_hours": {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin"},
                    "woken": True,
                    "channels": {"now": ["mail"], "soon": ["mail"], "record": []},
                }
            ]
        },
    )

    language: Language | None = Field(default=None, description="Null: the first that there is")
    quiet_hours: QuietHoursIn | None = Field(default=None, description="Null: one may be told at any time")
    woken: bool = Field(
        default=True, strict=True, description="What has to be told now is told in quiet hours, too"
    )
    channels: ChannelsIn = Field(default_factory=ChannelsIn)

    def preferences(self) -> Preferences:
        """Raises QuietHoursInvalid."""
        hours = self.quiet_hours
        return Preferences(
            language="" if self.language is None else self.language.value,
            quiet=None if hours is None else QuietHours(start=hours.start, end=hours.end, zone=hours.zone),
            woken=self.woken,
            channels=self.channels.chosen(),
        )


class QuietHoursOut(Answer):
    start: Clock = Field(examples=["22:00:00"])
    end: Clock = Field(examples=["07:00:00"])
    zone: str


class ChannelsOut(Answer):
    now: list[Channel]
    soon: list[Channel]
    record: list[Channel]


class TellingPreferencesOut(Answer):
    language: str | None
    quiet_hours: QuietHoursOut | None
    woken: bool
    channels: ChannelsOut

    @classmethod
    def of(cls, told: Preferences) -> "TellingPreferencesOut":
        quiet = told.quiet
        return cls(
            language=told.language or None,
            quiet_hours=None
            if quiet is None
            else QuietHoursOut(start=quiet.start, end=quiet.end, zone=quiet.zone),
            woken=told.woken,
            channels=ChannelsOut(
                **{urgency.value: sorted(told.channels.get(urgency, BY_MAIL[urgency])) for urgency in Urgency}
            ),
        )


class SentMessageOut(Answer):
    """`address`: empty once it was removed. `state`: null: of a newer version."""

    id: int
    driver_id: str | None
    fleet_id: str | None
    channel: Channel
    address: str
    recorded_at: datetime
    sendings: int = Field(description="How often it was to be sent: once, and whenever an operator said so")
    state: MessageState | None = Field(description="Of the last sending")
    attempts: int
    delivered_at: datetime | None
    next_attempt_at: datetime | None


class SentMessagesOut(Answer):
    items: list[SentMessageOut]
    next_cursor: str | None


class CarriedOut(Answer):
    id: int
    template: str
    reservation: str | None
    text: str


class SentMessageWithNoticesOut(SentMessageOut):
    """`notices`: what it carries, in the order in which it is told, in the caller's language."""

    notices: list[CarriedOut]
