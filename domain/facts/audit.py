"""Who did what to a reservation or a charger: the acts of people, and of the last net."""

from dataclasses import dataclass
from datetime import datetime

from domain.charging.trouble import TroubleCause
from domain.facts.fact import Fact
from domain.money.amount import Money
from domain.money.refunds import RefundCause


@dataclass(frozen=True, slots=True)
class AuditFact(Fact):
    """Something done to a reservation or a charger; `reason`: a person's own words, often empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(AuditFact):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceRelease(AuditFact):
    """Cancelled without asking anything of the charger."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(AuditFact):
    """It was moved to `bay`, connector `connector_id`, named by the operator or the best free one.

    `agreed`: the driver had agreed to go there, says the operator. `asked`: they are being asked; not moved yet.
    """

    reason: str
    bay: str
    connector_id: int
    agreed: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive(AuditFact):
    """`kind`: of a line."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(AuditFact):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanReleased(AuditFact):
    """Its workflow was gone (`workflow`: how it ended); `holds` were given back by the reconciler."""

    workflow: str
    holds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanSettled(AuditFact):
    """Its workflow was gone (`workflow`: how it ended) before it settled; the reconciler has, for `energy_wh`."""

    workflow: str
    charged: Money
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpSettled(AuditFact):
    """Chargers told more of it after it was settled: `before` became `charged`, for `energy_wh` delivered."""

    before: Money
    charged: Money
    energy_wh: int


# --- chargers: never a secret among the parameters -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerCommand(AuditFact):
    """`command`: its name, `unlock_connector`. `outcome`: a CommandOutcome, or one of the two below.

    `connector_number` and `key` (of a setting), where the command has one; 0 is the whole charger.
    """

    command: str
    outcome: str
    connector_number: int | None = None
    key: str = ""


SENDING, UNKNOWN = "sending", "unknown"
"""Not answered yet; nobody knows whether it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReleased(AuditFact):
    """A walk-in's charging session was declared over, without asking its charger."""

    session_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRotated(AuditFact):
    """`generated`: here, or else chosen by the operator. `send`: the charger was to be told."""

    generated: bool
    replace_pending: bool
    send: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSet(AuditFact):
    """The lowest OCPP security profile a charger may use; None: the default."""

    security_profile: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyDeclared(AuditFact):
    """Which connectors serve one car at a time; `one_at_a_time`: groups of their numbers, beside the bays."""

    one_at_a_time: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyWithdrawn(AuditFact):
    """Seed files say it again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleEnded(AuditFact):
    """Trouble of a charger, or of its connector `connector_number`, that it had not taken back itself."""

    cause: TroubleCause
    connector_number: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionPlaced(AuditFact):
    """An unplaced end became session `session_id`, of `reservation`; empty: a walk-in's."""

    session_id: int
    reservation: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionDismissed(AuditFact):
    """An unplaced end is nobody's."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsCleared(AuditFact):
    """`rows` of an identity's refused connections were forgotten."""

    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGranted(AuditFact):
    """{amount} credited to a driver: {reason}"""

    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRulesSet(AuditFact):
    """Of a site, or of all without their own. `varies` False: from then on the tariff's prices count."""

    version: int
    since: datetime
    varies: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet(AuditFact):
    """Of a site. `members`: of the policy that were changed, one after another."""

    version: int
    since: datetime
    members: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffSet(AuditFact):
    """The same of its tariff."""

    version: int
    since: datetime
    members: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHoursSet(AuditFact):
    """Of a site; empty `hours`: always open. `country` is empty where it counts for nothing."""

    hours: str
    country: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaysDeclared(AuditFact):
    """How bays of a site are. `bays`: their labels."""

    bays: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenancePlanned(AuditFact):
    """At a site. `reservations`: so many stood in it."""

    window_id: int
    start: datetime
    end: datetime
    reservations: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceCancelled(AuditFact):
    window_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRulesSet(AuditFact):
    """Of a site. `open`: from then on everybody may use all of it."""

    version: int
    since: datetime
    open: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNamed(AuditFact):
    """A group of drivers was made, or has another name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJoined(AuditFact):
    """A driver is in a group. `until` None: until they are taken out."""

    group: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMade(AuditFact):
    """Into a group of drivers. `domain`: of e-mail addresses; empty: by a code."""

    group: str
    number: int
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEnded(AuditFact):
    """It takes nobody in any more."""

    group: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJoinedInvited(AuditFact):
    """A driver came into a group by an invitation."""

    group: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLeft(AuditFact):
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonJoined(AuditFact):
    """A driver is known to be that person."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonParted(AuditFact):
    """A driver is not that person after all."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipGiven(AuditFact):
    """`until` None: until it is ended. `tier`: empty: of none."""

    number: int
    since: datetime
    until: datetime | None
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEnded(AuditFact):
    number: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSubmitted(AuditFact):
    """Its evidence is to be submitted to the bank."""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswerRefused(AuditFact):
    """The provider did not take what was staged or decided: somebody has to decide again."""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeUnanswered(AuditFact):
    """The bank has no answer to it, and takes one for two more days at most."""

    dispute: str
    due_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAccepted(AuditFact):
    """Its loss is accepted."""

    dispute: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeClaimed(AuditFact):
    """What it took is a debt of the driver."""

    dispute: str
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLifted(AuditFact):
    """Its driver may book again although the dispute was lost."""

    dispute: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtWrittenOff(AuditFact):
    """`amount` that the driver still owed is not asked for any more."""

    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAsked(AuditFact):
    """More than a person gives away alone: `amount` waits for another one, as request `number`."""

    number: int
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyApproved(AuditFact):
    """Request `number` of `asked_by`: given."""

    number: int
    amount: Money
    asked_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRefused(AuditFact):
    """Request `number` of `asked_by`: not given."""

    number: int
    amount: Money
    asked_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDecided(AuditFact):
    """`amount` of a settled reservation is given back."""

    amount: Money
    cause: RefundCause
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSettled(AuditFact):
    """What was given back is settled: `before` became `charged`."""

    before: Money
    charged: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(AuditFact):
    """The provider could not give `amount` back: it lies there, and somebody has to return it another way."""

    amount: Money
    refund: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTriedAgain(AuditFact):
    """One that the provider could not make was asked for once more; of `charged`, nothing else has changed."""

    charged: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTransferred(AuditFact):
    """`amount` that the provider could not give back went to the driver by bank transfer."""

    amount: Money
    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCredited(AuditFact):
    """`amount` that the provider could not give back became a credit of the driver."""

    amount: Money
    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceAccountSet(AuditFact):
    """An account that pays by invoice was opened, or its terms were changed. `limit` None: none."""

    days_to_pay: int
    limit: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceAccountClosed(AuditFact):
    """Nothing more is booked on it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferBooked(AuditFact):
    """{amount} by bank transfer booked in, by the bank's {reference}"""

    amount: Money
    reference: str
