"""What a charger knows about its connectors. Plain data, the same for every OCPP version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Token:
    """What a driver presents. `parent` is the 1.6 parentIdTag or 2.0.1 groupIdToken, when known."""

    id_tag: str
    type: str | None = None
    parent: str | None = None

    def is_same(self, other: Token) -> bool:
        """Same card: value case-insensitive, and type where the protocol has types (2.0.1 H03)."""
        return self.id_tag.casefold() == other.id_tag.casefold() and self.type == other.type


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "may this token charge?"."""

    status: str
    parent: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status == "Accepted"


@dataclass(frozen=True, slots=True)
class Hold:
    """A reservation on the device; `connector` 0 means any connector."""

    reservation_id: int
    connector: int
    token: Token
    expires_at: datetime

    @property
    def id_tag(self) -> str:
        return self.token.id_tag

    def admits(self, token: Token) -> bool:
        """True for the reserved token and for one of the same parent or group (1.6 §5.13, 2.0.1 H03)."""
        if self.token.is_same(token):
            return True
        parent = self.token.parent
        return (
            parent is not None and token.parent is not None and parent.casefold() == token.parent.casefold()
        )


HoldEnd = Literal["Expired", "Removed", "NoTransaction"]
"""OCPP's ReservationUpdateStatus; the last one is of 2.1."""


@dataclass(slots=True)
class Authorisation:
    """A token presented and admitted, waiting for the cable or already charging."""

    token: Token
    remote_start_id: int | None = None
    reservation_id: int | None = None
    hold: Hold | None = None
    """What this token has used up by being presented (2.x)."""


@dataclass(slots=True)
class Transaction:
    """A running transaction.

    `id` is the CSMS's number in 1.6 (None until it answered) and the charger's own string in 2.0.1.
    `token` is None while a 2.0.1 transaction runs without authorisation (TxStartPoint EVConnected).
    `meter_start` and `meter_wh` are register readings in Wh.
    """

    meter_start: int
    meter_wh: int
    id: int | str | None = None
    token: Token | None = None
    reservation_id: int | None = None
    remote_start_id: int | None = None
    next_seq_no: int = 0
    suspended: bool = False

    @property
    def id_tag(self) -> str | None:
        return self.token.id_tag if self.token else None

    @property
    def energy_wh(self) -> int:
        return self.meter_wh - self.meter_start


class EndReason(StrEnum):
    """Why a transaction ended, in neutral words; each version maps them to its own."""

    LOCAL = "local"
    REMOTE = "remote"
    EV_DISCONNECTED = "ev_disconnected"
    REFUSED = "refused"
    FAULT = "fault"
    UNLOCK = "unlock"
    SOFT_RESET = "soft_reset"
    HARD_RESET = "hard_reset"
    REBOOT = "reboot"
    CONNECT_TIMEOUT = "connect_timeout"


@dataclass(slots=True)
class ConnectorState:
    """One connector, in 2.x one EVSE; number 0 is the charge point as a whole (1.6) and is never plugged.

    `plug`: which of the EVSE's connectors was used last.
    """

    number: int
    status: str = "Available"
    reported: str | None = None
    hold: Hold | None = None
    transaction: Transaction | None = None
    authorisation: Authorisation | None = None
    plugged: bool = False
    plug: int = 1
    finished: bool = False
    fault: str | None = None
    operative: bool = True
    inoperative_after_transaction: bool = False
    meter_wh: int = 0

    @property
    def usable(self) -> bool:
        return self.operative and self.fault is None

    @property
    def spare(self) -> bool:
        """Nobody is here: no cable, no authorisation, no transaction, not held for someone in particular."""
        busy = self.plugged or self.transaction or self.authorisation or self.hold
        return self.usable and not busy


@dataclass(slots=True)
class LocalList:
    """Tokens the charger may admit without asking: the CSMS's local list, then its own cache.

    `most`, `most_a_message`: its room; `tells_room`: what it says of that, where its version lets it.
    """

    most: int = 1000
    most_a_message: int = 1000
    tells_room: bool = True
    version: int = 0
    listed: dict[str, Verdict] = field(default_factory=dict)
    cached: dict[str, Verdict] = field(default_factory=dict)

    def find(self, token: Token) -> Verdict | None:
        key = token.id_tag.casefold()
        return self.listed.get(key) or self.cached.get(key)

    def remember(self, token: Token, verdict: Verdict) -> None:
        self.cached[token.id_tag.casefold()] = verdict

    def update(self, version: int, entries: Mapping[str, Verdict | None], *, full: bool) -> bool:
        """Applies SendLocalList; None removes an entry. `full` replaces the whole list. False: there is no room."""
        kept = {} if full else dict(self.listed)
        for id_tag, verdict in entries.items():
            if verdict is None:
                kept.pop(id_tag.casefold(), None)
            else:
                kept[id_tag.casefold()] = verdict
        if len(kept) > self.most or len(entries) > self.most_a_message:
            return False
        self.listed, self.version = kept, version
        return True
