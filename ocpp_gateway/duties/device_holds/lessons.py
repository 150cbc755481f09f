"""What the sight of a connector says: a hold is missing there, and what it teaches of the charger. Pure."""

from datetime import UTC, datetime, timedelta

from domain.charging.capabilities import CapabilityRecord, kept_a_hold, taught
from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties.capabilities.records import Change
from ocpp_gateway.storage.device_holds import Sight

_KEPT_AFTER = timedelta(minutes=10)


def is_missing(sight: Sight) -> bool:
    return _shows_nothing(sight) and sight.record.reports_reserved is True


def lesson_of(sight: Sight, *, accepted: bool, settled: bool) -> Change | None:
    """What this sight of a connector with a locked hold teaches. `accepted`: the charger took that hold."""
    if sight.hold_id is None:
        return None
    known, status = sight.record, sight.status
    facts: dict[str, bool] = {}
    if status is ConnectorStatus.RESERVED and known.reports_reserved is not True:
        facts["reports_reserved"] = True
    elif accepted and settled and _shows_nothing(sight) and known.reports_reserved is None:
        facts["reports_reserved"] = False
    if accepted and sight.stranger_began and known.honours_holds is not False:
        facts["honours_holds"] = False
    kept = bool(known.losing_streak) and settled and _stands(sight)
    if not facts and not kept:
        return None

    def lesson(record: CapabilityRecord) -> CapabilityRecord:
        record = taught(record, **facts) if facts else record
        return kept_a_hold(record) if kept else record

    return lesson


def _shows_nothing(sight: Sight) -> bool:
    return sight.awaited and sight.status is ConnectorStatus.AVAILABLE


def _stands(sight: Sight) -> bool:
    long_ago = datetime.now(UTC) - _KEPT_AFTER
    return (
        sight.status is ConnectorStatus.RESERVED
        and sight.locked_at is not None
        and sight.locked_at <= long_ago
    )
