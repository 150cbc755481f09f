"""Chargers over the wire: what operators see of them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.v1.schemas.fields import Answer
from api.v1.schemas.records import AuditEntryOut
from domain.charging.connector import ConnectorStatus
from domain.charging.device_report import ReportState
from domain.charging.enforcement import EnforcementLevel
from domain.charging.events import ChargerEventKind


class ChargerOut(Answer):
    id: str
    site_id: str
    connected: bool
    connected_at: datetime | None
    last_seen_at: datetime | None
    status: ConnectorStatus | None = Field(
        examples=["available"],
        description="Of the charger as a whole (connector 0). Null: it has not told; OCPP 2.x chargers never do, "
        "see their connectors",
    )
    vendor: str
    model: str
    firmware: str
    protocol: str


class ChargersOut(Answer):
    items: list[ChargerOut]
    next_cursor: str | None


class ChargerConnectorOut(Answer):
    id: int
    number: int
    pool_id: str
    status: ConnectorStatus
    status_at: datetime | None
    error_code: str


class ChargerEventOut(Answer):
    event_id: str
    kind: ChargerEventKind
    connector_id: int | None
    at: datetime
    received_at: datetime
    detail: str


class FaultOut(Answer):
    """The moment at which a connector, or the charger (connector null), became unusable."""

    at: datetime
    connector_id: int | None
    status: ConnectorStatus = Field(examples=["faulted"])
    error_code: str = Field(examples=["GroundFailure"])


class MessageOut(Answer):
    """A frame on the socket, without tokens and passwords. Heartbeats are left out: see `last_seen_at`."""

    at: datetime
    direction: Literal["received", "sent"]
    action: str
    size: int = Field(description="Length of the frame")
    frame: list[Any] | None = Field(description="Decoded; null: not shown, `note` says why")
    note: str = ""


class PendingCommandOut(Answer):
    """A command without an answer yet. `sent` false: it waits until earlier ones are answered."""

    action: str
    since: datetime
    sent: bool


class AbsenceOut(Answer):
    """From when to when nothing of the charger was heard."""

    start: datetime
    end: datetime


class LocalListOut(Answer):
    """The list of tokens that we keep in step with the charger's reservations."""

    kept: bool = Field(description="False: it is being emptied")
    version: int | None = Field(description="Of our last message; null: none was sent, or it has no list")
    listed: int | None = Field(description="Tokens in it; null: nobody knows, and all of it is sent anew")
    waits: bool = Field(description="Our last message has no answer")
    refusal: str = Field(
        examples=["VersionMismatch"], description="The charger's word for not taking our last message"
    )
    changed_at: datetime | None


class ChargerDetailOut(ChargerOut):
    clock_offset_s: int = Field(
        description="What has to be added to its clock, learned from what it says of the present; 0: about right. "
        "Known at the end of a connection"
    )
    absences: list[AbsenceOut] = Field(
        description="The latest, oldest first: what it says it queued while it was away is believed for these times"
    )
    gateway_instance: str | None = Field(description="The gateway that has the socket; null: none has")
    epoch: int = Field(description="Counts the charger's connections")
    security_profile: int | None = Field(
        description="The OCPP security profile asked of it; null: the default"
    )
    password_change_pending: bool = Field(description="A new password was set, and the old one still opens")
    capabilities: dict[str, Any] = Field(
        description="What it can do about holds: probed, then learned from its behaviour; absent: not known"
    )
    enforcement: EnforcementLevel = Field(
        description="The best promise that a driver can be given here. `hard`: the charger holds the connector, for "
        "the card that the hold names, and for the driver's others if it asks whose they are or has them in its list; "
        "`backend`: we refuse others; `soft`: it may start without asking"
    )
    local_list: LocalListOut | None = Field(description="Null: we keep none there")
    connectors: list[ChargerConnectorOut]
    recent_faults: list[FaultOut] = Field(description="Newest first")
    recent_events: list[ChargerEventOut]
    last_messages: list[MessageOut] = Field(description="Oldest first; written every few seconds")
    messages_at: datetime | None = Field(
        description="When `last_messages` and `pending_commands` were written"
    )
    pending_commands: list[PendingCommandOut]
    audit: list[AuditEntryOut]


class DeviceVariableOut(Answer):
    """One attribute of a variable of the device model. `evse`, `connector` 0: not of one."""

    component: str = Field(examples=["SampledDataCtrlr"])
    component_instance: str
    evse: int
    connector: int
    variable: str = Field(examples=["TxUpdatedInterval"])
    variable_instance: str
    attribute: str = Field(examples=["Actual"])
    value: str | None = Field(description="Null: write-only, or not told. Secrets are not shown")
    mutability: str = Field(examples=["ReadWrite"])
    told_at: datetime


class DeviceReportOut(Answer):
    """How far a report of the device model has come. What did come is among the variables."""

    report: int = Field(description="Its request id")
    state: ReportState = Field(
        examples=["complete"],
        description="`coming`; `complete`; `incomplete`: parts are missing or were cut, or the last one never came; "
        "`nothing`: it was asked for, and nothing came. Only a complete report says what is gone",
    )
    asked_at: datetime | None = Field(description="Null: no operator asked for it")
    first_at: datetime | None
    last_at: datetime | None
    parts: int = Field(description="How many came")
    missing: list[int] = Field(description="The first twenty numbers of parts that later ones left out")
    cut: bool = Field(description="Some of what came was too much or unreadable, and is not kept")


class DeviceModelOut(Answer):
    reports: list[DeviceReportOut] = Field(description="The newest few, the newest first")
    items: list[DeviceVariableOut]
    next_cursor: str | None
