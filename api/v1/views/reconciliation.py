"""How a comparison with the payment provider is shown."""

from api.v1.schemas.reconciliation import MoneyFindingOut, MoneyReportOut, ReconciliationOut
from contracts.provider_reconciliation import MoneyFinding, MoneyReport


def reconciliation_out(report: MoneyReport | None) -> ReconciliationOut:
    return ReconciliationOut(report=None if report is None else _report(report))


def _report(report: MoneyReport) -> MoneyReportOut:
    return MoneyReportOut(
        began_at=report.began_at,
        examined=report.examined,
        provider=report.provider,
        ledger=report.ledger,
        clearing=report.clearing,
        differences=report.differences,
        repaired=report.repaired,
        findings=[_finding(one) for one in report.findings],
    )


def _finding(finding: MoneyFinding) -> MoneyFindingOut:
    return MoneyFindingOut(
        kind=finding.kind,
        provider_object=finding.provider_object,
        reservation_code=finding.reservation or None,
        currency=finding.currency or None,
        ours_minor=finding.ours,
        theirs_minor=finding.theirs,
        repaired=finding.repaired,
        why=finding.why,
    )
