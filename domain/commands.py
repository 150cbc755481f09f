"""Commands to a charger in the domain's words, and what came of them. The gateway speaks the protocol."""

from dataclasses import dataclass
from datetime import datetime

from domain.charging import CommandOutcome, TokenKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveNow:
    """Hold a connector on the device from now to `expires_at` (OCPP 1.6 §6.43, 2.0.1 H01).

    A second one with the same `hold_id` replaces the first.
    """

    connector_number: int
    hold_id: int
    id_tag: str
    parent_id_tag: str | None
    expires_at: datetime
    token_kind: TokenKind = TokenKind.RFID
    """2.x compares the token's type too (H03): RFID goes out as ISO14443, our app credential as Central."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReservation:
    hold_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStart:
    connector_number: int
    id_tag: str
    remote_start_id: int
    token_kind: TokenKind = TokenKind.RFID


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStop:
    """`transaction_id` as the charger knows it (1.6: our integer as text)."""

    transaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    hard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAvailability:
    """`connector_number` 0: the whole charger."""

    connector_number: int
    operative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockConnector:
    connector_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerMessage:
    """`message`: OCPP name, e.g. `StatusNotification`."""

    message: str
    connector_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfiguration:
    """1.6 GetConfiguration; 2.x GetVariables with keys written `Component.Variable`."""

    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConfiguration:
    key: str
    value: str


Command = (
    ReserveNow
    | CancelReservation
    | RemoteStart
    | RemoteStop
    | Reset
    | ChangeAvailability
    | UnlockConnector
    | TriggerMessage
    | GetConfiguration
    | SetConfiguration
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReply:
    """`detail`: the charger's own words (status, error code). `values`: configuration read back."""

    outcome: CommandOutcome
    detail: str = ""
    values: dict[str, str] | None = None
