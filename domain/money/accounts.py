"""On which accounts a reservation's money stands: double entry, debit positive, accounts at zero are absent.

An account is one of a handful of names (`domain.money.chart` describes them). What stands on it stands by cause, by
line of the settlement and by the provider's object (`Stand`): entries are told apart that far, and every such group
sums to zero by itself, so that no entry is without its partner.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from domain.money.amount import Money, total
from domain.money.lines import LineItem, LineKind
from domain.money.returns import ReturnWay

RECEIVABLE = "driver_receivable"
FLEET = "fleet_receivable"
"""What invoice accounts owe: their bills are no driver's to pay."""
CLEARING = "stripe_clearing"
CREDIT = "driver_credit"
TAX = "tax_payable"
COMPENSATION = "compensation_expense"
BAD_DEBT = "bad_debt"
"""Earned, never paid, and written off by a person."""
GRANTED = "credits_granted"
"""Given to drivers by operators, beside what any bill gives."""
BREAKAGE = "breakage"
"""Credits that were never spent, and have expired."""
REVENUE = "revenue:"
ADVANCES = "advances"
"""Paid at booking, and nothing earned yet."""
DISPUTED = "disputed"
"""Taken back by a payer's bank that has not decided yet."""
DISPUTE_LOSSES = "dispute_losses"
DISPUTE_CLAIMS = "dispute_claims"
"""Of those losses, what drivers are asked for again."""
DISPUTE_FEES = "dispute_fees"
PROVIDER_FEES = "provider_fees"
EXCHANGE = "exchange"
"""What the provider has changed into the currency of its balance, out of one and into the other."""
BANK = "bank"
MOVED_BY_PROVIDER = frozenset({DISPUTED, DISPUTE_LOSSES, DISPUTE_FEES, PROVIDER_FEES, EXCHANGE, BANK})
"""What stands here, by an object of the provider, was moved by itself (`domain.money.movements`), by no settlement."""
RETURNED_FROM = {ReturnWay.BANK_TRANSFER: BANK, ReturnWay.CREDIT: CREDIT}
"""What a refund could not bring, given to the driver another way: the account that gave it."""

Balances = Mapping[str, Money]
"""Account → its balance, all in one currency."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Stand:
    """Where an amount stands, and what for. Empty, or position 0: of nothing in particular.

    `cause`: of the line (domain.causes). `line`, `position`: kind and place of the line, in the first bill that has it.
    `provider_object`: the provider's id of what moved the money (payment intent; refund or dispute of its own).
    """

    account: str
    cause: str = ""
    line: str = ""
    position: int = 0
    provider_object: str = ""


Books = Mapping[Stand, Money]
"""Where it stands → the amount, all in one currency."""

Taken = Mapping[str, Money]
"""Provider object → what the driver has paid by it and not got back."""


def settled(
    lines: Iterable[LineItem],
    *,
    taken: Taken,
    claimed: Taken | None = None,
    written_off: Money | None = None,
    credit_spent: Money | None = None,
    credit_kept: Money | None = None,
    returned: Mapping[ReturnWay, Money] | None = None,
    on_account: bool = False,
) -> Books:
    """After a settlement: the lines earned, `taken` of them paid, the rest receivable unless it is `written_off`.

    `claimed`: of `taken`, what banks gave back for good and is owed again. `credit_spent`: paid by credits.
    `credit_kept`: given by an earlier step and spent before this one took it back. What negative prices leave over is
    owed to the driver on account. `on_account`: an invoice account owes whatever is left, and what is credited lowers
    that instead of being owed to the driver. `returned`: of `taken`, what the driver got another way.
    """
    lines = tuple(lines)
    books: dict[Stand, Money] = {}

    def move(debit: str, credit: str, amount: Money, about: Stand) -> None:
        for account, part in ((debit, amount), (credit, -amount)):
            stand = replace(about, account=account)
            books[stand] = books[stand] + part if stand in books else part

    for position, line in enumerate(lines, 1):
        about = Stand(account="", cause=line.cause, line=line.kind, position=position)
        match line.kind:
            case LineKind.COMPENSATION:
                move(COMPENSATION, RECEIVABLE if on_account else CREDIT, -line.amount, about)
            case LineKind.TAX:
                move(RECEIVABLE, TAX, line.amount, about)
            case LineKind.ADVANCE:
                move(RECEIVABLE, ADVANCES, line.amount, about)
            case kind:
                move(RECEIVABLE, f"{REVENUE}{kind}", line.amount, about)
    for provider_object, amount in taken.items():
        move(CLEARING, RECEIVABLE, amount, Stand(account="", provider_object=provider_object))
    for provider_object, amount in (claimed or {}).items():
        move(RECEIVABLE, DISPUTE_CLAIMS, amount, Stand(account="", provider_object=provider_object))
    owed = [line.amount for line in lines if line.kind is not LineKind.COMPENSATION]
    for way, amount in (returned or {}).items():
        move(RECEIVABLE, RETURNED_FROM[way], amount, Stand(account=""))
    if on_account:
        _onto_account(books)
    elif owed and (left_over := total(owed, owed[0].currency)).minor < 0:
        move(RECEIVABLE, CREDIT, -left_over, Stand(account=""))
    if written_off is not None:
        move(BAD_DEBT, RECEIVABLE, written_off, Stand(account=""))
    if credit_spent is not None:
        move(CREDIT, RECEIVABLE, credit_spent, Stand(account=""))
    if credit_kept is not None:
        move(COMPENSATION, CREDIT, credit_kept, Stand(account="", line=LineKind.COMPENSATION))
    return without_zeros(books)


def _onto_account(books: dict[Stand, Money]) -> None:
    """What is receivable is the account's, less than nothing too."""
    left = [amount for stand, amount in books.items() if stand.account == RECEIVABLE]
    if left:
        amount = total(left, left[0].currency)
        for account, part in ((FLEET, amount), (RECEIVABLE, -amount)):
            stand = Stand(account=account)
            books[stand] = books[stand] + part if stand in books else part


def granted(amount: Money, about: Stand) -> Books:
    """A credit that an operator gave."""
    return {replace(about, account=GRANTED): amount, replace(about, account=CREDIT): -amount}


def transferred(amount: Money, about: Stand) -> Books:
    """A bank transfer of an invoice account; negative: it went back."""
    return {replace(about, account=BANK): amount, replace(about, account=FLEET): -amount}


def expired(amount: Money, about: Stand) -> Books:
    """What was left of a credit."""
    return {replace(about, account=CREDIT): amount, replace(about, account=BREAKAGE): -amount}


def voided(present: Books, given: Money | None = None) -> Books:
    """Nothing is earned, taken or owed by the driver any more; what they were compensated with stays owed to them.

    `given`: the credits that the reservation has given and that stand, if there are any: what of them was no
    compensation has been spent, and becomes one. Credits that paid are given back, whoever voids sees to that.
    """
    books = {stand: amount for stand, amount in present.items() if stand.account == COMPENSATION}
    if _is_on_account(present):
        books |= {replace(stand, account=RECEIVABLE): -amount for stand, amount in books.items()}
        _onto_account(books)
        return without_zeros(books)
    if given is not None:
        kept = given - total(list(books.values()), given.currency)
        stand = Stand(account=COMPENSATION, line=LineKind.COMPENSATION)
        books[stand] = books.get(stand, Money(0, given.currency)) + kept
    books |= {replace(stand, account=CREDIT): -amount for stand, amount in books.items()}
    return without_zeros(books)


def joined(books: Books, beside: Books) -> Books:
    """Both together."""
    found = dict(books)
    for stand, amount in beside.items():
        found[stand] = found[stand] + amount if stand in found else amount
    return without_zeros(found)


def _is_on_account(books: Books) -> bool:
    """Was what it compensates credited to an invoice account?"""
    return any(stand.account == RECEIVABLE and stand.line == LineKind.COMPENSATION for stand in books)


def difference(target: Books, present: Books) -> Books:
    """What has to be posted to come from `present` to `target`, in the order of accounts' names.

    A line that only moved within the bill posts nothing: it stays where it was first.
    """
    changes = _placed(target, present)
    for stand, amount in present.items():
        changes[stand] = changes[stand] - amount if stand in changes else -amount
    return without_zeros(dict(sorted(changes.items())))


def _placed(target: Books, present: Books) -> dict[Stand, Money]:
    """The target with each line where `present` has it: the same amounts first, then what changed, in their order."""
    wanted, found = _line_groups(target), _line_groups(present)
    places = {
        (kind, position): place
        for kind, lines in wanted.items()
        for position, place in _places(lines, found.get(kind, {})).items()
    }
    return {
        replace(stand, position=places.get((_kind(stand), stand.position), stand.position)): amount
        for stand, amount in target.items()
    }


_Kind = tuple[str, str]
_Sums = frozenset[tuple[str, str, Money]]


def _kind(stand: Stand) -> _Kind:
    return stand.cause, stand.line


def _line_groups(books: Books) -> dict[_Kind, dict[int, _Sums]]:
    """What stands of each line, by cause and kind and then by position; not what is of no line in particular."""
    groups: dict[_Kind, dict[int, _Sums]] = {}
    for stand, amount in sorted(books.items()):
        if stand.position:
            lines = groups.setdefault(_kind(stand), {})
            one = (stand.account, stand.provider_object, amount)
            lines[stand.position] = lines.get(stand.position, frozenset()) | {one}
    return groups


def _places(wanted: Mapping[int, _Sums], found: Mapping[int, _Sums]) -> dict[int, int]:
    """Of lines of one cause and kind: position in the target → position in the books; no two share one."""
    free = dict(found)
    places = {position: position for position, sums in wanted.items() if free.get(position) == sums}
    for place in places:
        del free[place]
    for position, sums in wanted.items():
        same = next((place for place, there in free.items() if there == sums), None)
        if position not in places and same is not None:
            places[position] = same
            del free[same]
    others = [position for position in wanted if position not in places]
    places |= dict(zip(others, free, strict=False))
    for position in others[len(free) :]:
        taken = {*places.values(), *found}
        places[position] = position if position not in taken else max(taken) + 1
    return places


def settlements_own(books: Books) -> Books:
    """Without what the provider moved by itself, which no settlement brings anywhere."""
    moved = {stand.provider_object for stand in books if stand.account in MOVED_BY_PROVIDER} - {""}
    return {stand: amount for stand, amount in books.items() if stand.provider_object not in moved}


def by_account(books: Books) -> Balances:
    """The balance of each account, in the order of their names; zeros absent."""
    accounts: dict[str, Money] = {}
    for stand, amount in sorted(books.items()):
        account = stand.account
        accounts[account] = accounts[account] + amount if account in accounts else amount
    return {account: amount for account, amount in accounts.items() if not amount.is_zero}


def taken_of(books: Books) -> Taken:
    """What stands as taken, by provider object; zeros absent."""
    return {stand.provider_object: amount for stand, amount in books.items() if stand.account == CLEARING}


def claimed_of(books: Books) -> Taken:
    """What stands as claimed after disputes were lost, by provider object; zeros absent."""
    return {
        stand.provider_object: -amount for stand, amount in books.items() if stand.account == DISPUTE_CLAIMS
    }


def is_balanced(balances: Balances | Books) -> bool:
    """Do debits equal credits? Raises CurrencyMismatch for balances in more than one currency."""
    amounts = list(balances.values())
    return not amounts or total(amounts, amounts[0].currency).is_zero


def without_zeros(books: Books) -> Books:
    """As every book is kept."""
    return {stand: amount for stand, amount in books.items() if not amount.is_zero}
