"""What must not be and was found all the same: each finding is a bug, counted and logged at error level."""

import structlog
from temporalio import activity

BUGS_METRIC = "slotkeeper_bugs_found"
"""On the worker's metrics port, by `kind`."""

log = structlog.get_logger()


def found_bug(event: str, kind: str, **details: object) -> None:
    """`event` is the log's stable name of it, `kind` the metric's."""
    if activity.in_activity():
        counter = activity.metric_meter().create_counter(
            BUGS_METRIC, "What must not be and was found", "finding"
        )
        counter.add(1, {"kind": kind})
    log.error(event, kind=kind, **details)
