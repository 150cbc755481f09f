"""What is read once everything has healed: plain data, so that each invariant is a pure function of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chaos.beliefs import Beliefs


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """`what`: a stable word. `about`: a reservation code, a charger, a key. `detail`: what speaks for it."""

    invariant: str
    what: str
    about: str
    detail: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    kind: str
    cause: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A reservation's public view as data: how the list or the workflow shows it. Money in minor units."""

    state: str
    start: datetime
    end: datetime
    needs_attention: str = ""
    ended_by: str = ""
    lines: tuple[Line, ...] = ()
    charge: int = 0
    credit: int = 0
    credit_spent: int = 0
    captured: int = 0
    energy_wh: int = 0
    timeline: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """(code, parameters), oldest first."""

    @property
    def settled(self) -> bool:
        return bool(self.lines or self.charge or self.captured)

    def told_of(self, code: str) -> list[Mapping[str, Any]]:
        """Parameters of each entry of that code."""
        return [parameters for one, parameters in self.timeline if one == code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of the list. `followed`: the same with what was settled after its workflow had closed."""

    seen: Seen
    closed: bool
    followed: Seen | None = None

    @property
    def stands(self) -> Seen:
        """As the money of it stands."""
        return self.followed or self.seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A workflow: its status at the server, its search attributes and its own view (None: no answer)."""

    status: str
    state_attribute: str
    attention_attribute: bool
    seen: Seen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRecord:
    id: int
    code: str
    connector_id: int
    begins: datetime
    ends: datetime
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    charger_id: str
    transaction_id: str
    code: str
    authorised: bool
    meter_start_wh: int
    meter_last_wh: int
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A charger's event in the inbox."""

    event_id: str
    kind: str
    charger_id: str
    transaction_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A settlement. `posted`: its money has moved."""

    code: str
    step: str
    outcome: str
    priced_at: datetime
    posted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    code: str
    intent_id: str
    status: str
    captured: int
    refunded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A payment at the provider: what it says itself."""

    id: str
    code: str
    status: str
    received: int
    capturable: int
    refunded: int
    captures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the ledger."""

    transaction: str
    code: str
    account: str
    minor: int
    provider_object: str = ""
    """Of the payment intent that moved it; empty: of none, or not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A credit of a driver. `paid`: by reservation, what of it has paid its bill."""

    key: str
    code: str
    given: int
    spent: int
    expired: int
    paid: Mapping[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        return self.given - self.spent - self.expired


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    code: str
    template: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A list or search attribute that the comparison found wrong; `kind`: its word for it."""

    code: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    beliefs: Beliefs = field(default_factory=Beliefs)
    overlaps_seen: tuple[str, ...] = ()
    """Seen while the storm raged."""
    listed: Mapping[str, Listed] = field(default_factory=dict)
    running: Mapping[str, Running] = field(default_factory=dict)
    """Both by reservation code."""
    holds: tuple[HoldRecord, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()
    events: tuple[Event, ...] = ()
    undelivered: tuple[str, ...] = ()
    """Deliveries that have not reached their target."""
    priced: tuple[Priced, ...] = ()
    payments: tuple[PaymentRecord, ...] = ()
    intents: tuple[Intent, ...] = ()
    ledger: tuple[Entry, ...] = ()
    credits: tuple[Given, ...] = ()
    notices: tuple[Notice, ...] = ()
    helped: tuple[tuple[str, str], ...] = ()
    """(reservation code, what was done) of everything that the reconciler, the last net, had to do."""
    mended: tuple[Mended, ...] = ()
    """By the comparison, while the storm raged."""
    key_records: Mapping[str, str] = field(default_factory=dict)
    """Idempotency-Key → reservation code."""
