"""The page that the Temporal UI shows of a debt."""

from contracts.debts import DebtStanding
from domain.money.declines import DebtReason
from texts import details
from texts.reader import Reader


def details_of(code: str, standing: DebtStanding | None, trouble: str) -> str:
    """Markdown in English; instants in UTC."""
    reader = Reader()
    if standing is None or standing.outstanding is None or standing.since is None:
        return reader.fact(details.DebtUnknown(reservation=code))
    owed = details.DebtHeading(reservation=code, owed=standing.outstanding, state=standing.state)
    lines = [reader.fact(owed), ""]
    if trouble:
        lines += [reader.fact(details.NeedsAttention(problems=trouble)), ""]
    why = DebtReason(standing.reason)
    lines.append(reader.fact(details.DebtWhy(since=standing.since, why=why, attempts=standing.attempts)))
    if standing.next_at is not None:
        lines.append(reader.fact(details.DebtNext(at=standing.next_at, waits_for=standing.waits_for)))
    return "\n".join(lines)
