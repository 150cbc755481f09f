"""Stations whose EVSEs count their transaction ids each for itself: which sessions of one id can a message mean?

Pure; a narrowing before `session_identity`. Such a station (several power units behind one controller) has one id at
two EVSEs at once. Where a message names its EVSE, that tells them apart; else its card, its number in the row and the
register do.
"""

from collections.abc import Sequence

from domain.charging.session_identity import KnownSession, Told


def meant(told: Told, known: Sequence[KnownSession]) -> Sequence[KnownSession]:
    """Of those that have, or had, the id, newest first. An EVSE that is told late moves a session, unless two run."""
    if told.starts:
        return [one for one in known if not _begun_elsewhere(told, one)]
    if not counts_by_evse(known):
        return known
    if told.connector_id is not None:
        return [one for one in known if one.connector_id == told.connector_id]
    running = [one for one in known if one.ended_at is None and not one.contradicted]
    if told.unstamped or not any(one.end_told_at == told.stamp for one in known):
        return sorted(running, key=lambda one: _strangeness(told, one))[:1] or known
    return known


def counts_by_evse(known: Sequence[KnownSession]) -> bool:
    """Did the id, by the station's own starts, run at two EVSEs at once?"""
    begun = [one for one in known if one.start_told_at is not None and one.connector_id is not None]
    return any(
        one.connector_id != other.connector_id and _overlap(one, other)
        for n, one in enumerate(begun)
        for other in begun[n + 1 :]
    )


def _overlap(one: KnownSession, other: KnownSession) -> bool:
    earlier, later = sorted((one, other), key=lambda each: each.started_at)
    return later.started_at < (earlier.ended_at or later.last_sign_at) or earlier.ended_at is None


def _begun_elsewhere(told: Told, session: KnownSession) -> bool:
    """Its start was told, of another EVSE: this is not the same start again."""
    if None in (told.connector_id, session.connector_id) or told.connector_id == session.connector_id:
        return False
    if session.start_told_at is None:
        return False
    return _names_another(told, session) or told.unstamped or session.start_told_at != told.stamp


def _strangeness(told: Told, session: KnownSession) -> tuple[bool, bool, int, bool, int, float]:
    """The least is what it belongs to: by card, by the number in the row, by the register, by the last sign."""
    ahead = (told.seq_no or 0) - (session.last_seq_no or 0)
    counted = (told.meter_wh or 0) - (session.meter_last_wh or 0)
    knows = None not in (told.meter_wh, session.meter_last_wh)
    back, apart = (counted < 0, abs(counted)) if knows else (False, 0)
    recent = -session.last_sign_at.timestamp()
    return _names_another(told, session), ahead <= 0, abs(ahead), back, apart, recent


def _names_another(told: Told, session: KnownSession) -> bool:
    return bool(told.id_tag and session.id_tag) and told.id_tag != session.id_tag
