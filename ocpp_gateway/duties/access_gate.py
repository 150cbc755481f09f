"""The access gate: one decision for Authorize and for starts, whatever the version. No IO: facts come in."""

from dataclasses import dataclass
from datetime import datetime

from db.queries.charging.access import AccessFacts
from domain.charging.access import AccessDecision, AccessReason, HoldOnConnector, decide_access, is_for
from ocpp_gateway.wire.answers import TokenAnswer, Verdict

_VERDICTS = {
    AccessReason.TOKEN_UNKNOWN: Verdict.UNKNOWN,
    AccessReason.TOKEN_BLOCKED: Verdict.BLOCKED,
}
_LIMITED = frozenset({AccessReason.WALK_IN, AccessReason.LATE_ARRIVAL})
"""Guests: what ends their stay is a reservation, and they are told when."""
RESERVED = frozenset({AccessReason.RESERVED_FOR_ANOTHER, AccessReason.RESERVED_SOON})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`connector_id`: where the served reservation's hold is. `holders`: whose place a stranger asked for."""

    decision: AccessDecision
    answer: TokenAnswer
    connector_id: int | None
    holders: tuple[tuple[str, int], ...]

    @property
    def allowed(self) -> bool:
        return self.decision.allowed


def judge_start(facts: AccessFacts, connector_id: int, now: datetime) -> Judgement:
    """May the token charge on this connector?"""
    return _judge(facts, (connector_id,), now)


def judge_presentation(facts: AccessFacts, busy: frozenset[int], now: datetime) -> Judgement:
    """May the token charge anywhere on the charger? A bare Authorize names no connector.

    Connectors where somebody charges already are no answer to that, unless there is nothing else.
    """
    everywhere = tuple(facts.connectors.values())
    spare = tuple(connector for connector in everywhere if connector not in busy)
    return _judge(facts, spare or everywhere, now)


def is_of_running_session(facts: AccessFacts, id_tag: str) -> bool:
    """A card of whoever is charging here: it must be let in, to stop, even after the window."""
    driver = facts.token.driver_id
    return any(
        session.id_tag == id_tag or (driver is not None and session.driver_id == driver)
        for session in facts.running
    )


def is_of_running_group(facts: AccessFacts) -> bool:
    """A card of the group of whoever is charging here: it may stop the session (1.6 §4.2, 2.0.1 C09)."""
    group = facts.token.group_id
    return group is not None and any(session.group_id == group for session in facts.running)


def _judge(facts: AccessFacts, connectors: tuple[int, ...], now: datetime) -> Judgement:
    decision = decide_access(facts.token, connectors, facts.holds, now)
    verdict = Verdict.ACCEPTED if decision.allowed else _VERDICTS.get(decision.reason, Verdict.NOT_NOW)
    served = (
        hold.connector_id
        for hold in facts.holds
        if hold.reservation_code == decision.reservation_code and hold.connector_id in connectors
    )
    return Judgement(
        decision=decision,
        answer=TokenAnswer(
            verdict=verdict,
            group_id=facts.token.group_id,
            until=decision.until if decision.reason in _LIMITED else None,
        ),
        connector_id=next(served, None),
        holders=tuple(
            (hold.reservation_code, hold.connector_id)
            for hold in facts.holds
            if hold.connector_id in connectors and _is_kept_from(facts, hold, now)
        ),
    )


def _is_kept_from(facts: AccessFacts, hold: HoldOnConnector, now: datetime) -> bool:
    if hold.given_up or is_for(facts.token, hold):
        return False
    opens = min(hold.opens_at, hold.start - hold.walk_in_warning)
    return opens <= now < hold.end
