"""What a workflow is doing, as the summaries on Temporal's timeline tell operators. Never stored as facts."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.fact import Fact
from domain.money.amount import Money
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason


@dataclass(frozen=True, slots=True)
class Step(Fact):
    """Something a workflow has to get done, or waits for."""


# --- holds -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold(Step):
    """Hold a connector for the slot"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAlternatives(Step):
    """Look for what may be booked instead"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHold(Step):
    """Fix the connector"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHold(Step):
    """Move the hold to {start}-{end}"""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapHolds(Step):
    """Swap the slot with the one that was offered"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowSwap(Step):
    """Take the slot that another driver gave for this one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReplacement(Step):
    """Look for an equal or better connector and hold it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBackHold(Step):
    """Put the hold back to the plug it was at"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHolds(Step):
    """Release the connector: {reason}"""

    reason: ReleaseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSessions(Step):
    """Look whether the driver is charging already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile(Step):
    """Free holds and authorisations whose reservation workflow is gone"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleFollowUps(Step):
    """Settle what chargers told after the settlement"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Step):
    """Compare lists and search attributes with the reservations' workflows"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileMoney(Step):
    """Compare our books with the payment provider's"""


# --- the charger -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FindGateway(Step):
    """Find the charger's gateway"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOnCharger(Step):
    """Hold connector {connector} on the charger until {until}. `connector`: its number there."""

    connector: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpHoldOnCharger(Step):
    """Give up the hold on the charger"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCharging(Step):
    """Start charging remotely"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCharging(Step):
    """Stop charging remotely"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitReconnect(Step):
    """Give the charger a moment to reconnect"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCommand(Step):
    """{command} {charger_id}, by an operator. `command`: a code, e.g. `unlock_connector`."""

    command: str
    charger_id: str


# --- money and people ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseDeposit(Step):
    """Authorise the deposit of {amount}"""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDeposit(Step):
    """Give back what is held on the card"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFee(Step):
    """Take the reservation fee of {amount}"""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCard(Step):
    """Save the driver's card for later"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBackMoney(Step):
    """Give back all money: {reason}. `reason`: a code, e.g. `declined`."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(Step):
    """Price the reservation and settle the money"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPeople(Step):
    """Tell people: {state}"""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class HearOut(Step):
    """Hear what was reported up to {up_to}"""

    up_to: datetime


# --- debts -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectDebt(Step):
    """Look what has been paid, and try the card if that is due"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForPayment(Step):
    """Give the driver something to pay with"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitDebt(Step):
    """Wait for a payment or the next attempt"""
