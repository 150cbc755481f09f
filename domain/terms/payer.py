"""Who pays for a booking, and how: decided when it is made, and part of the terms that its driver accepted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import MembershipRequired
from domain.facts.refused_people import ForMembersOnly, MembershipEndsBefore
from domain.terms.access_rules import ANYBODY, Caller
from domain.terms.account import Account, pays
from domain.terms.fair_use import Used
from domain.terms.payments import PaymentModel, PaymentRules, TrustRules


class PayerKind(StrEnum):
    """Only who pays by CARD is asked for a deposit, or for what the session is expected to cost."""

    CARD = "card"
    """The driver, by the site's payment model."""
    TRUSTED = "trusted"
    """The driver, afterwards: nothing is held before."""
    MEMBER = "member"
    """The driver, afterwards, and nothing for the reservation itself."""
    INVOICE = "invoice"
    """The driver's fleet, by a monthly statement: no card at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """`account`: whose, where it is not the driver's card. `until`: when that ends; None: not by itself."""

    kind: PayerKind = PayerKind.CARD
    account: str = ""
    until: datetime | None = None


BY_CARD = Payer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A driver's, when they ask. `visits`, `no_shows`: of slots that began within the rules' time, `no_shows` without
    those whose fee was waived or not due. `owes`: anything that a card could pay. `disputed`: a payment of theirs is,
    or was lost to their bank, not lifted by an operator. `open`: bookings whose slot has not ended, without the one
    that is asked for. `member`: there and then, until `member_until`; None: until it is ended.
    `account`: of their fleet; None: it has none. `caller`: as rules of access and prices know them. `ends`: of the
    slots that are `open`. `used`, `missed`: for the policy's fair use. All but memberships is of the person, who may
    have several drivers."""

    visits: int = 0
    no_shows: int = 0
    owes: bool = False
    disputed: bool = False
    member: bool = False
    member_until: datetime | None = None
    account: Account | None = None
    caller: Caller = ANYBODY
    ends: tuple[datetime, ...] = ()
    used: tuple[Used, ...] = ()
    missed: tuple[datetime, ...] = ()

    @property
    def open(self) -> int:
        return len(self.ends)


def payer_of(
    standing: Standing, rules: PaymentRules, quoted: Payer = BY_CARD, *, currency: str = ""
) -> Payer:
    """`currency`: of the policy. `quoted`: as it was told before; what a member was told is a price, and kept. What is
    held is no price. A fleet pays for its drivers, members or not."""
    account = standing.account
    if account is not None and pays(account, rules, currency):
        return Payer(kind=PayerKind.INVOICE, account=account.fleet)
    if quoted.kind is PayerKind.MEMBER:
        return quoted
    if standing.member and rules.admit_members:
        return Payer(kind=PayerKind.MEMBER, until=standing.member_until)
    if rules.trusted is not None and _is_trusted(standing, rules.trusted):
        return Payer(kind=PayerKind.TRUSTED)
    return BY_CARD


def _is_trusted(standing: Standing, rules: TrustRules) -> bool:
    if standing.no_shows or standing.owes or standing.disputed:
        return False
    return standing.visits >= rules.visits and standing.open < rules.most_open


def check_membership(payer: Payer, rules: PaymentRules, *, member: bool = False) -> None:
    """`member`: whoever pays. Raises MembershipRequired."""
    if rules.model is PaymentModel.MEMBERSHIP and not member and payer.kind is not PayerKind.MEMBER:
        raise MembershipRequired(ForMembersOnly())


def is_beyond_membership(payer: Payer, start: datetime) -> bool:
    """Would a slot that begins then be had as a member by who was to be none any more, when it was booked?"""
    return payer.kind is PayerKind.MEMBER and payer.until is not None and start >= payer.until


def check_moved_membership(payer: Payer, start: datetime, *, member: bool) -> None:
    """Of a slot that is moved to `start`. `member`: they are one there and then, by what is known since. Raises
    MembershipRequired."""
    if payer.until is not None and is_beyond_membership(payer, start) and not member:
        raise MembershipRequired(MembershipEndsBefore(until=payer.until))
