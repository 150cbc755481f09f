"""The lines of the page that the Temporal UI shows of one reservation, in Markdown, for operators."""

from dataclasses import dataclass
from datetime import datetime

from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.facts.fact import Fact
from domain.money.amount import Money
from domain.money.declines import DebtReason
from domain.reservation.lifecycle import DepositState, State
from domain.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class Detail(Fact):
    """A line of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading(Detail):
    """## {reservation}: {state}"""

    reservation: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsAttention(Detail):
    """**Needs attention:** {problems}. Mend it, then send the update `resolve`."""

    problems: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(Detail):
    """Declined ({reason}): {why}. `reason`: code of the refusal."""

    reason: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot(Detail):
    """- Slot {window}. `window`: as `Reader.span` tells it."""

    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Detail):
    """- {site}, {bay} (charger `{charger_id}`, connector {connector}), promise: {promise}"""

    site: Whereabouts
    bay: str
    charger_id: str
    connector: int
    promise: EnforcementLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed(Detail):
    """- The driver is asked whether to move to {site}, {bay} (charger `{charger_id}`) because of {cause}. `window`:
    another time, at which that would be; empty: theirs.
    """

    site: Whereabouts
    bay: str
    charger_id: str
    cause: Cause
    window: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next(Detail):
    """- Next: {deadline}. `deadline`: as `Reader.deadline` tells it."""

    deadline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyHeading(Detail):
    """### Money"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeAtBooking(Detail):
    """- Reservation fee at booking {amount} ({status})"""

    amount: Money
    status: DepositState


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit(Detail):
    """- Deposit {amount} ({status})"""

    amount: Money
    status: DepositState


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine(Detail):
    """- {text}: {amount}. `text`: as `Reader.line` tells it."""

    text: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoiced(Detail):
    """- **Invoiced {amount}** to the account of {account}"""

    amount: Money
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged(Detail):
    """- **Charged {captured}**, credit to the driver {credit}, outstanding {outstanding}; the last two if any"""

    captured: Money
    credit: Money
    outstanding: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestHeading(Detail):
    """### Latest ({zone}). `zone`: its name at the site now, as `Reader.zone_name` tells it."""

    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Detail):
    """- {clock} {text}. `clock`: of what happened. `text`: as `Reader.timeline` tells it."""

    clock: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsHeading(Detail):
    """### What can be done now"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleAction(Detail):
    """- `{name}` with `{example}`; without an example, the name alone"""

    name: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingPossible(Detail):
    """Nothing: it has ended."""

    settling: bool
    """The money is being settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation(Detail):
    """Reservation {reservation}: the workflow's name in lists."""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt(Detail):
    """What reservation {reservation} still owes"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtUnknown(Detail):
    """## {reservation}: not looked at yet"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtHeading(Detail):
    """## {reservation}: {owed} owed ({state})"""

    reservation: str
    owed: Money
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtWhy(Detail):
    """- Since {since}: {why}; tried again {attempts} times"""

    since: datetime
    why: DebtReason
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtNext(Detail):
    """- Waits for {waits_for} until {at}. `waits_for`: a code."""

    at: datetime
    waits_for: str
