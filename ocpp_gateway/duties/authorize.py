"""Tokens shown at readers, before any transaction (Authorize): judged together, whatever the chargers.

Most presentations change nothing: they cost one read for the whole batch and no commit. The others leave an
edge, which a reservation hears of: its driver is here, or a stranger was turned away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import AccessFacts, Question, facts_of_all
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.stopping import comes_to_stop, may_only_stop
from domain.charging.tokens import normalised_token
from ocpp_gateway.duties.access_gate import Judgement, admitted, judge_presentation
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.whose import paid_instead
from ocpp_gateway.storage import refused_cards
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.refused_cards import Refused
from ocpp_gateway.storage.welcomes import kept_with
from ocpp_gateway.wire.answers import TokenAnswer, Verdict
from ocpp_gateway.wire.reports import TokenPresented


@dataclass(frozen=True, slots=True)
class Judged:
    """`edges`, `refused`: to be committed before the answer goes out; nearly always none."""

    received: ReceivedCall
    answer: TokenAnswer
    edges: tuple[AddressedEvent, ...] = ()
    refused: Refused | None = None

    @property
    def writes(self) -> bool:
        return bool(self.edges) or self.refused is not None

    @property
    def outcome(self) -> Outcome:
        return Outcome(answer=self.answer, events=bool(self.edges))


async def judge_all(
    connection: AsyncConnection, presentations: Sequence[tuple[ReceivedCall, TokenPresented]]
) -> list[Judged]:
    """One read for all, and one for each who is refused for want of a deposit; nothing is written, so the connection
    may be in autocommit.
    """
    facts_of = await facts_of_all(
        connection,
        [
            Question(charger_id=received.charger_id, id_tag=report.id_tag, at=received.at)
            for received, report in presentations
        ],
    )
    return [
        await _judge(connection, received, report, facts)
        for (received, report), facts in zip(presentations, facts_of, strict=True)
    ]


async def record_edges(connection: AsyncConnection, judged: Sequence[Judged]) -> None:
    """Put what reservations must hear into the inbox, and who was refused by access rules on record: a round trip for
    each of the two, none where there is nothing.
    """
    await record_all(connection, [(fact, one.received.at) for one in judged for fact in one.edges])
    await refused_cards.record(connection, [one.refused for one in judged if one.refused is not None])


async def _judge(
    connection: AsyncConnection, received: ReceivedCall, report: TokenPresented, facts: AccessFacts
) -> Judged:
    if received.liveness is not None:
        received.liveness.present(report.id_tag)
    to_stop = Judged(received, TokenAnswer(verdict=Verdict.ACCEPTED, group_id=facts.token.parent_tag))
    running = [session.begun_by for session in facts.running]
    if comes_to_stop(facts.token, report.id_tag, (one.begun_by for one in facts.running if one.is_of_now)):
        return to_stop
    judgement = judge_presentation(facts, received.at)
    if may_only_stop(facts.token, report.id_tag, running, judgement.decision.reason):
        return to_stop
    if not judgement.allowed:
        paid = await paid_instead(connection, facts, received.charger_id, received.at)
        judgement = judgement if paid is None else admitted(judgement, facts, None, paid[1])
    # What is only told of from a queue may be long over: then they have come anew, as far as they may.
    if not judgement.allowed and comes_to_stop(facts.token, report.id_tag, running):
        return to_stop
    if judgement.allowed and received.liveness is not None:
        received.liveness.welcome = (report.id_tag, received.at)
    edges = _edges(received, judgement, report.id_tag)
    return Judged(received, judgement.answer, edges, _refused(received, judgement, report.id_tag, facts))


def _refused(received: ReceivedCall, judgement: Judgement, id_tag: str, facts: AccessFacts) -> Refused | None:
    line = judgement.kept_by
    if line is None:
        return None
    return Refused(
        charger_id=received.charger_id,
        id_tag=normalised_token(id_tag),
        reason=judgement.refused_for,
        driver_id=facts.token.driver_id,
        line=line,
        at=received.at,
    )


def _edges(received: ReceivedCall, judgement: Judgement, id_tag: str) -> tuple[AddressedEvent, ...]:
    """A stranger leaves one on each connector it was turned away from."""
    allowed = judgement.allowed
    kind = ChargerEventKind.TOKEN_PRESENTED if allowed else ChargerEventKind.STRANGER_REFUSED
    return tuple(
        AddressedEvent(
            event=_event(received, kind, connector_id, "" if allowed else f":{connector_id}"),
            recipients=recipients,
            answer=kept_with(id_tag) if allowed else None,
        )
        for connector_id, recipients in judgement.concerned_by_presentation().items()
    )


def _event(
    received: ReceivedCall, kind: ChargerEventKind, connector_id: int | None, place: str = ""
) -> ChargerEvent:
    identity = f"token:{received.epoch}:{received.message_id}:{received.at.isoformat()}{place}"
    return ChargerEvent(
        event_id=received.event_id(identity),
        kind=kind,
        charger_id=received.charger_id,
        at=received.at,
        connector_id=connector_id,
    )
