"""Why money is not given back, or not by this person alone."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact
from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedByYou(RefusalFact):
    """Somebody else has to decide what you have asked for"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondYourLimit(RefusalFact):
    """{role} decides up to {limit}; {amount} needs somebody of a higher role"""

    amount: Money
    limit: Money
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchMoneyRequest(RefusalFact):
    """There is no request {number} for money"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRequestWasDecided(RefusalFact):
    """{by} has decided about it: it is {state}"""

    by: str
    state: str
