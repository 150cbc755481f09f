"""A token shown at a reader, before any transaction (Authorize)."""

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging import ChargerEvent, ChargerEventKind
from ocpp_gateway.access_gate import RESERVED, Judgement, is_of_running_session, judge_presentation
from ocpp_gateway.answers import TokenAnswer, Verdict
from ocpp_gateway.reports import TokenPresented
from ocpp_gateway.store.access_facts import access_facts, open_sessions
from ocpp_gateway.store.inbox import Fact, record
from ocpp_gateway.visit import Outcome, Visit


async def present(connection: AsyncConnection, visit: Visit, report: TokenPresented) -> Outcome:
    """Answer, and tell the reservation it concerns: its driver is here, or a stranger was turned away."""
    facts = await access_facts(connection, visit.charger_id, report.id_tag, visit.received_at)
    running = await open_sessions(connection, visit.charger_id)
    if is_of_running_session(facts, report.id_tag, running) and not facts.token.blocked:
        answer = TokenAnswer(verdict=Verdict.ACCEPTED, group_id=facts.token.group_id)
        return Outcome(answer=answer)
    judgement = judge_presentation(facts, frozenset(s.connector_id for s in running), visit.received_at)
    edges = _edges(visit, judgement)
    for fact in edges:
        await record(connection, fact, visit.received_at)
    return Outcome(answer=judgement.answer, events=bool(edges))


def _edges(visit: Visit, judgement: Judgement) -> list[Fact]:
    decision = judgement.decision
    identity = f"token:{visit.epoch}:{visit.message_id}:{visit.received_at.isoformat()}"
    if decision.allowed and decision.reservation_code is not None:
        event = _event(visit, identity, ChargerEventKind.TOKEN_PRESENTED, judgement.connector_id)
        return [Fact(event=event, recipients={decision.reservation_code: True})]
    if decision.reason not in RESERVED:
        return []
    by_connector: dict[int, dict[str, bool | None]] = {}
    for code, connector_id in judgement.holders:
        by_connector.setdefault(connector_id, {})[code] = False
    return [
        Fact(
            event=_event(
                visit, f"{identity}:{connector_id}", ChargerEventKind.STRANGER_REFUSED, connector_id
            ),
            recipients=recipients,
        )
        for connector_id, recipients in by_connector.items()
    ]


def _event(visit: Visit, identity: str, kind: ChargerEventKind, connector_id: int | None) -> ChargerEvent:
    return ChargerEvent(
        event_id=visit.event_id(identity),
        kind=kind,
        charger_id=visit.charger_id,
        at=visit.received_at,
        connector_id=connector_id,
    )
