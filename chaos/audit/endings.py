"""I2: every reservation is terminal or waits for a named human, and nothing is left without an owner."""

from collections.abc import Iterator

from chaos.audit.evidence import Evidence, Violation
from domain.reservation.lifecycle import FINAL

_I = "I2"
_FINAL = frozenset(str(state) for state in FINAL)


def everything_ends(evidence: Evidence) -> Iterator[Violation]:
    for code, one in evidence.listed.items():
        if not one.closed and not one.seen.needs_attention:
            what = "does_not_close" if one.seen.state in _FINAL else "stuck"
            yield Violation(invariant=_I, what=what, about=code, detail=one.seen.state)
        if one.closed and one.seen.state not in _FINAL:
            yield Violation(invariant=_I, what="closed_too_early", about=code, detail=one.seen.state)
    for code, workflow in evidence.running.items():
        if workflow.status not in ("RUNNING", "COMPLETED"):
            yield Violation(invariant=_I, what="workflow_ended_badly", about=code, detail=workflow.status)
        seen = workflow.seen if workflow.status == "RUNNING" else None
        if seen is not None and not seen.needs_attention and code not in evidence.listed:
            yield Violation(invariant=_I, what="runs_unlisted", about=code, detail=seen.state)
    for code, what in evidence.helped:
        yield Violation(invariant=_I, what="reconciler_had_to_help", about=code, detail=what)
    yield from _without_an_owner(evidence)


def _without_an_owner(evidence: Evidence) -> Iterator[Violation]:
    def owned(code: str) -> bool:
        workflow = evidence.running.get(code)
        return workflow is not None and workflow.status == "RUNNING"

    for hold in evidence.holds:
        if hold.open and not owned(hold.code):
            yield Violation(invariant=_I, what="hold_without_owner", about=hold.code, detail=hold.id)
    for intent in evidence.intents:
        if intent.capturable and not owned(intent.code):
            detail = (intent.id, intent.capturable)
            yield Violation(
                invariant=_I, what="authorisation_without_owner", about=intent.code, detail=detail
            )
