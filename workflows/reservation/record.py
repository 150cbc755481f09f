"""What one reservation's workflow remembers: the facts for the rules, and what people are to be told.

Mutated only inside the workflow. `dirty` says that there is something to publish.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.holds import HeldConnector
from contracts.money import Authorisation
from contracts.publication import AuditRecord, Notice, TimelineEntry
from contracts.reservation import BookRequest
from domain.charging.connector import ConnectorStatus
from domain.charging.tokens import TokenKind
from domain.errors import DomainError
from domain.money.bill import Receipt
from domain.reservation.lifecycle import State, transition
from domain.reservation.progress import Progress
from domain.terms.accepted import Terms

TIMELINE_LENGTH = 100
SEEN_EVENTS = 256


@dataclass(slots=True, kw_only=True)
class Record:
    request: BookRequest
    progress: Progress
    terms: Terms | None = None
    site_name: str = ""
    held: HeldConnector | None = None
    stripe_customer: str | None = None
    authorisation: Authorisation | None = None
    receipt: Receipt | None = None
    decline: DomainError | None = None
    device_hold: bool = False
    """The charger accepted ReserveNow and nothing has been heard to the contrary."""
    device_hold_told_at: datetime | None = None
    """When the charger last answered a ReserveNow: a status from before says nothing about that hold."""
    device_holds_lost: int = 0
    came_without_starting: bool = False
    """The driver's token was presented at the charger, and the hold consumed by it, but no transaction followed."""
    connector_status: ConnectorStatus = ConnectorStatus.UNKNOWN
    transaction_id: str | None = None
    ended_transactions: dict[str, datetime] = field(default_factory=dict)
    """Ends heard of before their start: chargers that were offline report out of order."""
    starts_rejected: int = 0
    reroutes: int = 0
    revision: int = 0
    ending: bool = False
    """The story is over; only money (and perhaps an operator) stands between it and closing."""
    paused: bool = False
    """A step failed for good: time moves nothing until an operator resolves it."""
    money_due: bool = False
    """Stripe did not answer at once: the money is being settled (or voided) in the background."""
    deposit_in_doubt: bool = False
    """An authorisation was asked for; when the booking is declined, it has to be voided."""
    closed: bool = False
    dirty: bool = True
    timeline: list[TimelineEntry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    audit: list[AuditRecord] = field(default_factory=list)
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    @property
    def code(self) -> str:
        return self.request.code

    @property
    def token_kind(self) -> TokenKind:
        """Of the tag the device hold carries: the driver's card, or the reservation's own credential."""
        return TokenKind.RFID if self.held is None else self.held.token_kind

    @property
    def accepted_terms(self) -> Terms:
        """The terms snapshot; there are none before the hold is placed, and asking then is a bug."""
        if self.terms is None:
            raise RuntimeError("the reservation has no terms before its hold is placed")
        return self.terms

    def local_clock(self, at: datetime) -> str:
        """`at` on a clock at the site, e.g. `14:15`."""
        zone = self.terms.site_zone if self.terms else "UTC"
        return at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S").removesuffix(":00")

    def to(self, state: State, at: datetime, text: str) -> None:
        """Change state by the transition table (raises IllegalTransition) and put it on the timeline."""
        self.progress.state = transition(self.progress.state, state)
        self.tell(at, text)

    def tell(self, at: datetime, text: str) -> None:
        self.timeline.append(TimelineEntry(at=at, text=text))
        del self.timeline[:-TIMELINE_LENGTH]
        self.dirty = True

    def not_published(self, notices: tuple[Notice, ...], audit: tuple[AuditRecord, ...]) -> None:
        """Keep for the next publication what this one could not deliver."""
        self.notices[:0], self.audit[:0] = notices, audit
        self.dirty = True

    def notify(self, template: str, **parameters: str) -> None:
        """Queue a message to the driver; published once under a key of template and revision."""
        key = f"{template}-{self.revision + 1}-{len(self.notices)}"
        self.notices.append(Notice(key=key, template=template, parameters=parameters))
        self.dirty = True

    def audited(self, actor: str, action: str, **detail: str) -> None:
        key = f"{self.code}:{self.revision + 1}:{len(self.audit)}:{action}"
        self.audit.append(AuditRecord(key=key, actor=actor, action=action, detail=detail))
        self.dirty = True

    def first_sight(self, event_id: str) -> bool:
        """False when this event was applied before: signals arrive at least once."""
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        while len(self._seen) > SEEN_EVENTS:
            self._seen.popitem(last=False)
        return True

    def call_operator(self, at: datetime, why: str) -> None:
        """Raise needs-attention; the workflow stays open until the update `resolve`."""
        earlier = self.progress.needs_attention
        self.progress.needs_attention = f"{earlier}; {why}" if earlier and why not in earlier else why
        self.tell(at, f"Needs attention: {why}")

    def take(self, held: HeldConnector) -> None:
        self.held = held
        self.progress.assignment = held.assignment
        self.dirty = True
