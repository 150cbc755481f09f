"""I7: the list, the search attributes and the workflow say the same."""

from collections.abc import Iterator
from dataclasses import replace

from chaos.audit.evidence import Evidence, Listed, Running, Violation

_I = "I7"


def lists_equal_workflows(evidence: Evidence) -> Iterator[Violation]:
    for code in sorted({*evidence.listed, *evidence.running}):
        one, workflow = evidence.listed.get(code), evidence.running.get(code)
        if workflow is None:
            yield Violation(invariant=_I, what="no_workflow", about=code)
        elif one is None:
            detail = (workflow.status, workflow.state_attribute)
            yield Violation(invariant=_I, what="not_listed", about=code, detail=detail)
        else:
            yield from _differences(code, one, workflow)


def lists_needed_no_mending(evidence: Evidence) -> Iterator[Violation]:
    for mended in evidence.mended:
        yield Violation(invariant=_I, what="mended_by_comparison", about=mended.code, detail=mended.kind)


def _differences(code: str, one: Listed, workflow: Running) -> Iterator[Violation]:
    def differs(what: str, listed: object, runs: object) -> Violation:
        detail = {"list": listed, "workflow": runs, "state": one.seen.state}
        return Violation(invariant=_I, what=what, about=code, detail=detail)

    if one.closed != (workflow.status != "RUNNING"):
        yield differs("closing_differs", one.closed, workflow.status)
    if workflow.state_attribute != one.seen.state:
        yield differs("attribute_differs", one.seen.state, workflow.state_attribute)
    if workflow.attention_attribute != bool(one.seen.needs_attention):
        yield differs("attention_differs", one.seen.needs_attention, workflow.attention_attribute)
    if workflow.seen is None:
        yield differs("no_answer", one.seen.state, None)
    elif replace(workflow.seen, timeline=()) != replace(one.seen, timeline=()):
        yield differs("view_differs", one.seen, workflow.seen)
    elif workflow.seen.timeline != one.seen.timeline:
        yield differs("timeline_differs", len(one.seen.timeline), len(workflow.seen.timeline))
