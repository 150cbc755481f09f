"""What one reservation's workflow remembers: the request, the facts for the rules, and what people are to be told.

Mutated only inside the workflow. `dirty` says that there is something to publish.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from contracts.alternatives import Alternative
from contracts.holds import HeldConnector, LockedHold, Refusal
from contracts.money import Authorisation
from contracts.publication import AuditRecord, Notice, TimelineEntry
from contracts.reservation import BookRequest
from domain.charging.tokens import TokenKind
from domain.errors import Explained
from domain.facts.attention import Attention, Problem
from domain.facts.audit import AuditFact
from domain.facts.notices import NoticeFact
from domain.facts.stay import AttentionNeeded
from domain.facts.timeline import TimelineFact
from domain.facts.timeline_payment import FeeTaken
from domain.money.amount import Money, zero
from domain.money.bill import Receipt
from domain.reservation.authorisation import AskedAs
from domain.reservation.lifecycle import DepositState
from domain.reservation.payment_plan import PaymentPlan, Take
from domain.reservation.progress import Progress
from domain.terms.accepted import Terms
from domain.whereabouts import Whereabouts

TIMELINE_LENGTH = 100
SEEN_EVENTS = 256


@dataclass(slots=True, kw_only=True)
class Record:
    request: BookRequest
    progress: Progress
    clock: Callable[[], datetime]
    decline: Explained | None = None
    refusal: Refusal | None = None
    terms: Terms | None = None
    """Accepted with the hold; of a booking that the site's rules refused, those that it would have had."""
    sites: dict[str, Whereabouts] = field(default_factory=dict)
    """That it had a connector at, by id, as far as we were told of them."""
    site_name: str = ""
    """Of the site that was asked for."""
    held: HeldConnector | None = None
    proposed: HeldConnector | None = None
    proposed_as: Alternative | None = None
    """How what is proposed differs from what was promised."""
    """Beside that, while the driver is asked whether to move to it."""
    fleet: str | None = None
    """Whose driver it was booked for, as was found with its hold; empty: nobody's. None: not said."""
    stripe_customer: str | None = None
    plan: PaymentPlan | None = None
    """What is done about money before the slot, decided at booking."""
    authorisation: Authorisation | None = None
    """As the provider said last, of the card that is saved or of the hold on it."""
    card: str | None = None
    """That was saved, or that the hold stands on; the provider's id."""
    card_customer: str | None = None
    """The provider's customer that it is kept of."""
    authorisations: int = 0
    """Steps of authorisations that were answered so far."""
    standing: int = 0
    """The one of them that counts; 0: none was answered. Later ones came to nothing."""
    asked_as: AskedAs = AskedAs.BOOKED
    """How that was asked for."""
    unreachable: int = 0
    """How often in a row the provider could not be asked for one."""
    receipt: Receipt | None = None
    holds_asked: int = 0
    """Replacements asked for so far; numbers their steps."""
    settlements: int = 0
    """Begun so far; each is a step of its own, and prices the whole story again."""
    unplaced: int | None = None
    """An end of a transaction that found no session, and may be its driver's, when they were looked for last."""
    asked: datetime | None = None
    dirty: bool = True
    timeline: list[TimelineEntry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    audit: list[AuditRecord] = field(default_factory=list)
    _numbers: Counter[str] = field(default_factory=Counter)
    _transactions: OrderedDict[tuple[str, str], bool] = field(default_factory=OrderedDict)
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    @property
    def code(self) -> str:
        return self.request.code

    @property
    def fleet_id(self) -> str | None:
        """Whose driver it is booked for: who asked may have known it otherwise."""
        return self.request.fleet_id if self.fleet is None else self.fleet or None

    @property
    def zone(self) -> str:
        return self.terms.site_zone if self.terms else "UTC"

    @property
    def deposit(self) -> Money | None:
        """Nothing of a booking that was declined before it was asked for; None while the terms are not known."""
        if self.terms is None:
            return None
        if self.takes_fee:
            return zero(self.terms.policy.currency)
        deposit = self.plan.amount if self.plan else self.terms.deposit
        unasked = self.decline is not None and self.progress.deposit is DepositState.NONE_NEEDED
        return zero(deposit.currency) if unasked else deposit

    @property
    def fee(self) -> Money | None:
        """That is taken at booking, or was to be; None: none is."""
        return self.plan.amount if self.plan is not None and self.takes_fee else None

    @property
    def bay(self) -> str:
        """What the driver reads on the ground; empty without a connector."""
        return self.progress.assignment.label if self.progress.assignment else ""

    @property
    def site(self) -> Whereabouts:
        """Where its connector is; without one, where one was asked for."""
        place = self.progress.assignment
        return self.site_of(place.site_id if place else self.request.site_id)

    def site_of(self, site_id: str) -> Whereabouts:
        name = self.site_name if site_id == self.request.site_id else site_id
        return self.sites.get(site_id) or Whereabouts(site_id=site_id, name=name)

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

    def learns_where(self, site: Whereabouts | None) -> None:
        """None: nothing is told of it."""
        if site is not None:
            self.sites[site.site_id] = site

    def take(self, held: HeldConnector) -> None:
        self.held = held
        self.progress.assigned(held.assignment, self.clock())
        self.dirty = True

    def take_locked(self, locked: LockedHold) -> None:
        self.take(locked.held)
        self.progress.found_at_lock(
            self.clock(),
            contested=locked.contested,
            broken=locked.broken,
            charger_broken=locked.charger_broken,
            silent_since=locked.silent_since,
        )
        self.progress.is_there_since_before(locked.there)

    @contextmanager
    def asked_at(self, at: datetime) -> Iterator[None]:
        """What is done within the block was asked for then, and is judged as of then."""
        self.asked = at
        try:
            yield
        finally:
            self.asked = None

    def as_of(self) -> datetime:
        """When what is being done was asked for; now, if nobody asked."""
        return self.asked or self.clock()

    @property
    def agreed_plan(self) -> PaymentPlan:
        """There is none before the hold is placed, and asking then is a bug."""
        if self.plan is None:
            raise RuntimeError("nothing was agreed about payment before the hold is placed")
        return self.plan

    @property
    def saves_card_only(self) -> bool:
        return self.plan is not None and self.plan.take is Take.SAVE_CARD

    @property
    def takes_fee(self) -> bool:
        return self.plan is not None and self.plan.take is Take.CAPTURE

    def authorised(self, authorisation: Authorisation) -> None:
        """What the payment provider says of the deposit or fee, or of the card to be saved, now."""
        self.authorisation = authorisation
        self.card = authorisation.payment_method or self.card
        self.card_customer = authorisation.customer or self.card_customer
        if authorisation.status is DepositState.AUTHORISED:
            self.progress.is_authorised(self.clock(), authorisation.lapses_at)
        elif authorisation.status is DepositState.TAKEN:
            if self.progress.deposit is not DepositState.TAKEN:
                self.tell(FeeTaken(amount=self.agreed_plan.amount))
            self.progress.fee_is_taken()
        else:
            self.progress.deposit_is(authorisation.status)
        self.unreachable = 0
        self.dirty = True

    def close(self) -> None:
        """Unless something is left to be done. People are to see either."""
        self.progress.closes()
        self.dirty = True

    # --- what people are told ------------------------------------------------------------------------

    def tell(self, fact: TimelineFact) -> None:
        """Put it on the timeline."""
        self.timeline.append(TimelineEntry(at=self.clock(), code=fact.code, parameters=fact.parameters()))
        del self.timeline[:-TIMELINE_LENGTH]
        self.dirty = True

    def notify(self, fact: NoticeFact) -> None:
        """Queue a message to the driver. Its key is the how-manieth of its kind it is: the same for every attempt."""
        key = self._numbered(fact.code)
        self.notices.append(Notice(key=key, code=fact.code, parameters=fact.parameters()))
        self.dirty = True

    def audited(self, actor: str, fact: AuditFact) -> None:
        key = self._numbered(f"audit-{fact.code}")
        self.audit.append(AuditRecord(key=key, actor=actor, code=fact.code, parameters=fact.parameters()))
        self.dirty = True

    def call_operator(self, problem: Problem, detail: object = "") -> None:
        """Raise needs-attention; the workflow stays open until the action `resolve`."""
        self.progress.calls_operator(Attention(problem=problem, detail=str(detail)))
        self.tell(AttentionNeeded(problem=problem, detail=str(detail)))

    def published(self) -> None:
        self.notices.clear()
        self.audit.clear()
        self.dirty = False

    def not_published(self, notices: tuple[Notice, ...], audit: tuple[AuditRecord, ...]) -> None:
        """Keep for the next publication what this one could not deliver."""
        self.notices[:0], self.audit[:0] = notices, audit
        self.dirty = True

    def first_sight(self, event_id: str) -> bool:
        """False when this event was applied before: signals arrive at least once."""
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        while len(self._seen) > SEEN_EVENTS:
            self._seen.popitem(last=False)
        return True

    def heard_of(self, charger_id: str, transaction_id: str | None, *, found: bool = False) -> None:
        """That it has started. `found`: by looking; whoever tells of it still will."""
        if transaction_id is not None:
            self._transactions.setdefault((charger_id, transaction_id), found)
            while len(self._transactions) > SEEN_EVENTS:
                self._transactions.popitem(last=False)

    def knows(self, charger_id: str, transaction_id: str, started_at: datetime) -> bool:
        known = (charger_id, transaction_id) in self._transactions
        return known and not self.progress.begins_after_all(started_at)

    def takes_for_found(self, charger_id: str, transaction_id: str | None, at: datetime) -> bool:
        """Is this the telling of a start that was found before? Once: an id may be used again."""
        key = (charger_id, transaction_id or "")
        found = self._transactions.get(key, False) and not self.progress.begins_after_all(at)
        if found:
            self._transactions[key] = False
        return found

    def _numbered(self, code: str) -> str:
        self._numbers[code] += 1
        return f"{code}-{self._numbers[code]}"
