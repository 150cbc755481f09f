"""Who did what to a reservation or a charger: the acts of people, and of the last net."""

from dataclasses import dataclass

from domain.charging.trouble import TroubleCause
from domain.facts.fact import Fact
from domain.money.amount import Money


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
