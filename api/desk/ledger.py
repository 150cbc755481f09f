"""The ledger for operators: trial balances, entries, and a month as a file that is made while it is read."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.money import ledger
from db.queries.money.ledger import AccountBalance, LedgerFilter
from db.queries.newest_first import RowPosition
from domain.errors import CurrencyNotExported
from domain.facts.refused_money import NotInDatev
from domain.money.bookkeeping import Bookkeeping, Month
from domain.money.chart import ACCOUNTS, Account
from domain.money.ledger_export import Posted, csv_head, csv_rows, datev_head, datev_rows, fits_datev


class LedgerFormat(StrEnum):
    CSV = "csv"
    DATEV = "datev"


ENCODINGS = {LedgerFormat.CSV: "utf-8", LedgerFormat.DATEV: "cp1252"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedAccount:
    """`number`: under which this operator exports it."""

    account: Account
    number: str


class Ledger:
    def __init__(self, sessions: Sessions, books: Bookkeeping) -> None:
        self._sessions = sessions
        self._books = books

    def accounts(self, principal: Principal) -> list[NumberedAccount]:
        """Raises ScopeMissing."""
        principal.require("operator")
        return [NumberedAccount(account=one, number=self._number(one.name)) for one in ACCOUNTS.values()]

    async def trial_balance(
        self, principal: Principal, month: Month, *, driver_id: str | None = None, fleet_id: str | None = None
    ) -> list[AccountBalance]:
        """At the month's end, on the operator's clock; of everybody, or of one driver or fleet. Raises ScopeMissing."""
        principal.require("operator")
        zone = self._books.zone
        wanted = LedgerFilter(until=month.ends(zone), driver_id=driver_id, fleet_id=fleet_id)
        async with self._sessions() as session:
            return await ledger.trial_balance(session, month.begins(zone), wanted)

    async def page(
        self,
        principal: Principal,
        month: Month | None,
        wanted: LedgerFilter,
        after: RowPosition | None,
        limit: int,
    ) -> Sequence[Posted]:
        """Up to `limit` + 1, what was posted last first; of any `month` where none is named. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await ledger.page(session, self._within(month, wanted), after, limit)

    async def export(
        self, principal: Principal, month: Month, form: LedgerFormat, currency: str | None
    ) -> AsyncIterator[bytes]:
        """The file, part by part; the first comes only when the database has answered.

        `currency` None: all of them, which DATEV's format does not know. Raises ScopeMissing, CurrencyNotExported.
        """
        principal.require("operator")
        if form is LedgerFormat.DATEV and not fits_datev(currency or ""):
            raise CurrencyNotExported(NotInDatev(currency=currency or ""))
        wanted = self._within(month, LedgerFilter(currency=currency))
        encoding = ENCODINGS[form]
        async with self._sessions() as session:
            entries = await ledger.stream(session, wanted)
            datev = form is LedgerFormat.DATEV
            head = datev_head(month, currency or "", self._books) if datev else csv_head()
            yield head.encode(encoding, "replace")
            rows = datev_rows if datev else csv_rows
            async for transaction in _transactions(entries):
                yield rows(transaction, self._books).encode(encoding, "replace")

    def _number(self, account: str) -> str:
        return self._books.number_of(account)

    def _within(self, month: Month | None, wanted: LedgerFilter) -> LedgerFilter:
        if month is None:
            return wanted
        zone = self._books.zone
        return replace(wanted, since=month.begins(zone), until=month.ends(zone))


async def _transactions(entries: AsyncIterator[Posted]) -> AsyncIterator[list[Posted]]:
    gathered: list[Posted] = []
    async for entry in entries:
        if gathered and gathered[0].transaction != entry.transaction:
            yield gathered
            gathered = []
        gathered.append(entry)
    if gathered:
        yield gathered
