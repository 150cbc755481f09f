"""Who may give how much away alone, and when a second person has to agree: four eyes.

A role may give a sum alone up to its limit, which counts what was given for the same subject (a reservation, a driver)
without a second person before: many small gifts are no way around it. Beyond that it is asked for, and another person
decides, whose role decides about so much.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.errors import Explained
from domain.money.amount import Money


class Role(StrEnum):
    """What an operator's token says of them; without a word, or with another one: support."""

    SUPPORT = "support"
    MANAGER = "manager"
    FINANCE = "finance"


class RequestKind(StrEnum):
    """What a second person is asked about."""

    REFUND = "refund"
    """For a reservation."""
    GRANT = "grant"
    """A credit to a driver."""
    DISPUTE_LOSS = "dispute_loss"
    """A dispute is not answered, and its money left to the payer."""
    RETURN = "return"
    """What a refund could not bring, another way."""
    DISPUTE_CLAIM = "dispute_claim"
    """What a dispute took is claimed of the driver."""


class RequestState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class SecondPersonNeeded(Explained):
    """Who asked does not decide."""

    code = "second_person_needed"


class BeyondAuthority(Explained):
    """The role does not decide about so much."""

    code = "beyond_authority"


class UnknownMoneyRequest(Explained):
    code = "money_request_unknown"


class MoneyRequestDecided(Explained):
    """Somebody has decided it already."""

    code = "money_request_decided"


_DEFAULTS = {
    Role.SUPPORT: {"EUR": 50_00},
    Role.MANAGER: {"EUR": 500_00},
    Role.FINANCE: {"EUR": 5_000_00},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """`alone`: role → currency → the most that it gives for one subject without a second person, in minor units.

    A currency that is not named: nothing, somebody else always has to agree.
    """

    alone: Mapping[Role, Mapping[str, int]] = field(default_factory=lambda: _DEFAULTS)

    def limit_of(self, role: Role, currency: str) -> Money:
        return Money(self.alone.get(role, {}).get(currency, 0), currency)

    def may_alone(self, role: Role, amount: Money, *, given: Money) -> bool:
        """`given`: for the same subject already, without a second person."""
        return amount + given <= self.limit_of(role, amount.currency)

    def may_decide(self, role: Role, amount: Money) -> bool:
        """About what another person asks for: finance about any sum, managers up to their limit, support never."""
        if role is Role.FINANCE:
            return True
        return role is Role.MANAGER and amount <= self.limit_of(role, amount.currency)
