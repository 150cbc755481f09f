"""The last comparison with the payment provider, by API: for operators only."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import TypeAdapter
from sqlalchemy import delete

from api.v1.schemas.reconciliation import MoneyReportOut, ReconciliationOut
from contracts.provider_reconciliation import MoneyDifference, MoneyFinding, MoneyReport
from db.tables import MoneyComparison
from tests.api.stage import NOW, Stage

PATH = "/v1/operations/reconciliation"
REPORT = MoneyReport(
    began_at=NOW,
    examined={"payments": 2},
    provider={"EUR": 900},
    ledger={"EUR": 1000},
    clearing={"EUR": 1000},
    differences={"not_posted": 1},
    findings=(
        MoneyFinding(
            kind=MoneyDifference.NOT_POSTED,
            provider_object="pi_1",
            reservation="7F3K-2QVM-X9TA",
            currency="EUR",
            ours=1000,
            theirs=900,
        ),
    ),
)


@pytest.fixture(autouse=True)
async def nothing_yet(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(MoneyComparison))


async def test_the_newest_report_is_shown(stage: Stage) -> None:
    assert await read(stage) is None
    older = replace(REPORT, began_at=NOW - timedelta(hours=1), findings=())
    async with stage.sessions.begin() as session:
        for report in (REPORT, older):
            kept = TypeAdapter(MoneyReport).dump_python(report, mode="json")
            session.add(MoneyComparison(began_at=report.began_at, report=kept))
    shown = await read(stage)
    assert shown is not None
    assert (shown.provider, shown.ledger) == ({"EUR": 900}, {"EUR": 1000})
    (finding,) = shown.findings
    assert (finding.kind, finding.reservation_code, finding.repaired) == (
        "not_posted",
        "7F3K-2QVM-X9TA",
        False,
    )
    assert (finding.ours_minor, finding.theirs_minor) == (1000, 900)


async def read(stage: Stage) -> MoneyReportOut | None:
    answer = await stage.http.get(PATH, headers=stage.operators())
    assert answer.status_code == 200, answer.text
    return ReconciliationOut.model_validate(answer.json()).report
