"""What a comparison of our books with the provider's has come to so far."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from contracts.provider_reconciliation import MoneyDifference, MoneyFinding, MoneyReport
from domain.money.amount import Money

FINDINGS_TOLD = 200


@dataclass(slots=True, kw_only=True)
class MoneyTally:
    """`until_quiet`: what was closed later may still be on its way."""

    began_at: datetime
    until_quiet: datetime
    _examined: Counter[str] = field(default_factory=Counter)
    _provider: Counter[str] = field(default_factory=Counter)
    _ledger: Counter[str] = field(default_factory=Counter)
    _differences: Counter[str] = field(default_factory=Counter)
    _repaired: int = 0
    _open: list[MoneyFinding] = field(default_factory=list)
    _done: list[MoneyFinding] = field(default_factory=list)

    @classmethod
    def gone_on_with(cls, report: MoneyReport, until_quiet: datetime) -> Self:
        """As an attempt before has told it."""
        return cls(
            began_at=report.began_at,
            until_quiet=until_quiet,
            _examined=Counter(report.examined),
            _provider=Counter(report.provider),
            _ledger=Counter(report.ledger),
            _differences=Counter(report.differences),
            _repaired=report.repaired,
            _open=[one for one in report.findings if not one.repaired],
            _done=[one for one in report.findings if one.repaired],
        )

    def lists(self, what: str) -> None:
        """From the beginning, also where an attempt before has listed some of it."""
        self._examined[what] = 0

    def saw(self, what: str, count: int = 1) -> None:
        self._examined[what] += count

    def paid(self, by_provider: Money, by_ledger: Money) -> None:
        """One payment, as each of the books has it."""
        self._provider[by_provider.currency] += by_provider.minor
        self._ledger[by_ledger.currency] += by_ledger.minor

    def found(
        self, kind: MoneyDifference, provider_object: str, *, reservation: str = "", repaired: bool = False
    ) -> None:
        self.add(
            MoneyFinding(
                kind=kind, provider_object=provider_object, reservation=reservation, repaired=repaired
            )
        )

    def add(self, finding: MoneyFinding) -> None:
        self._differences[finding.kind.value] += 1
        self._repaired += finding.repaired
        told = self._done if finding.repaired else self._open
        if len(told) < FINDINGS_TOLD:
            told.append(finding)

    def report(self, clearing: dict[str, int]) -> MoneyReport:
        return MoneyReport(
            began_at=self.began_at,
            examined=dict(self._examined),
            provider=dict(self._provider),
            ledger=dict(self._ledger),
            clearing=clearing,
            differences=dict(self._differences),
            repaired=self._repaired,
            findings=tuple([*self._open, *self._done][:FINDINGS_TOLD]),
        )
