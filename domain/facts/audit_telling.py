"""What was done about how people and their systems are told: of the audit trail."""

from dataclasses import dataclass

from domain.facts.audit import AuditFact


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSentAgain(AuditFact):
    """Message `number`, to the address that it went to."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointSet(AuditFact):
    """Endpoint `number` was made, or changed. `active`: it hears of anything. `origin`, `digest`: of its address, whose
    path and query may hold secrets (domain.telling.outside).
    """

    number: int
    origin: str
    digest: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointRemoved(AuditFact):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecretChanged(AuditFact):
    """What endpoint `number` is sent is signed by a new secret, and for a day by the one before, too."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEventsReplayed(AuditFact):
    """`events` were sent to endpoint `number` once more."""

    number: int
    events: int
