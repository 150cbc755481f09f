"""I1: holds never overlap."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from chaos.audit.evidence import Evidence, HoldRecord, Violation

_I = "I1"


def holds_never_overlap(evidence: Evidence) -> Iterator[Violation]:
    for seen in evidence.overlaps_seen:
        yield Violation(invariant=_I, what="overlap_seen_in_the_storm", about=seen)
    by_connector: dict[int, list[HoldRecord]] = defaultdict(list)
    for hold in evidence.holds:
        if hold.open:
            by_connector[hold.connector_id].append(hold)
    for connector_id, holds in by_connector.items():
        for one, other in combinations(holds, 2):
            if one.begins < other.ends and other.begins < one.ends:
                codes = (one.code, other.code)
                yield Violation(invariant=_I, what="overlap", about=str(connector_id), detail=codes)
