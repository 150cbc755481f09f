"""Commands to chargers over the wire, and what became of them."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from api.v1.schemas.fields import LINES, Answer, Body, Instant
from domain.charging.commands import CommandOutcome, LogKind

_SCHEMES = ("https", "http", "ftp", "ftps", "sftp")


def _reachable(value: str) -> str:
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError("not a URL") from error
    if parts.scheme not in _SCHEMES or not named:
        raise ValueError(f"a URL with a host is needed, one of: {', '.join(_SCHEMES)}")
    return value


SettingName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
SettingValue = Annotated[str, StringConstraints(max_length=2500, pattern=LINES)]
Number = Annotated[int, Field(strict=True, ge=1, le=1000)]
FetchUrl = Annotated[
    str, StringConstraints(max_length=512, pattern=r"^[\x21-\x7e]+$"), AfterValidator(_reachable)
]


class ResetIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"hard": False}]})

    hard: bool = Field(default=False, strict=True)
    connector_number: Number | None = Field(
        default=None, description="Only this one, where an OCPP 2.x charger can; null: the whole charger"
    )


class UnlockIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"connector_number": 1}]})

    connector_number: Number


class ChangeAvailabilityIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"connector_number": 0, "operative": False}]}
    )

    connector_number: Annotated[int, Field(strict=True, ge=0, le=1000)] = Field(
        default=0, description="0: the whole charger"
    )
    operative: bool = Field(strict=True)


class TriggerIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"message": "StatusNotification", "connector_number": 1}]},
    )

    message: Literal[
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
        "LogStatusNotification",
        "TransactionEvent",
    ]
    connector_number: Number | None = None


class GetConfigurationIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"keys": ["HeartbeatInterval"]}]}
    )

    keys: list[SettingName] = Field(default_factory=list, max_length=100, description="Empty: all (1.6)")


class SetConfigurationIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"key": "HeartbeatInterval", "value": "300"}]}
    )

    key: SettingName = Field(description="OCPP 1.6 key, or `Component.Variable[Instance]` in 2.x")
    value: SettingValue


class GetLogsIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "diagnostics", "upload_url": "https://logs.example/in"}]},
    )

    kind: LogKind = Field(default=LogKind.DIAGNOSTICS, description="`security`: the log of security events")
    upload_url: FetchUrl = Field(
        description="Where the charger puts the file: http(s), ftp(s) or sftp. A user and password in it go to "
        "the charger and are kept out of the audit trail"
    )

    oldest: Instant | None = Field(default=None, description="Nothing logged before")
    latest: Instant | None = Field(default=None, description="Nothing logged after")
    retries: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    retry_interval_s: Annotated[int, Field(strict=True, ge=0, le=7 * 24 * 3600)] | None = None

    @model_validator(mode="after")
    def _window_is_one(self) -> Self:
        if self.oldest is not None and self.latest is not None and self.latest <= self.oldest:
            raise ValueError("latest must lie after oldest")
        return self


class CommandOut(Answer):
    """What became of the command. Whatever the outcome, it is in the charger's audit trail."""

    charger_id: str
    command: str
    outcome: CommandOutcome = Field(
        examples=["accepted"],
        description="`accepted`; `rejected`, `occupied`, `faulted`, `unavailable`: the charger's refusal; "
        "`not_supported`: it, or its protocol version, does not know the command; `no_response`: no answer in "
        "time, nobody knows whether it acted: look at its status before you repeat it",
    )
    detail: str = Field(description="The charger's own words, or why there is no answer")
    code: str | None = Field(
        examples=[None],
        description="Why it was never sent: `not_in_version`, `install_time_not_in_version`, "
        "`transaction_id_not_a_number`, `key_malformed`, `breaks_schema` (a value that the version cannot carry). "
        "Null: the charger was asked",
    )
    values: dict[str, str] | None
