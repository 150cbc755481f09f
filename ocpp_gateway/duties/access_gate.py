"""The access gate: what a card is answered and which reservations hear of it, the same for Authorize, starts and
remote starts in every version. `domain.charging.access` decides, and `stopping` beside it; a stranger is whoever
the first refuses. No IO.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from db.queries.charging.access import AccessFacts
from domain.charging.access import AccessDecision, decide_access, is_kept_from
from domain.charging.access_reasons import RESERVED, AccessReason
from domain.charging.stopping import BegunBy, StopDecision, decide_stop
from ocpp_gateway.wire.answers import TokenAnswer, Told, Verdict
from texts.displays import Display, KeptForOthers, KeptFrom, ReservedFrom
from texts.reader import Reader

_VERDICTS = {
    AccessReason.TOKEN_UNKNOWN: Verdict.UNKNOWN,
    AccessReason.TOKEN_BLOCKED: Verdict.BLOCKED,
    AccessReason.TOKEN_EXPIRED: Verdict.EXPIRED,
    AccessReason.CONCURRENT: Verdict.CONCURRENT,
}
_LIMITED = frozenset({AccessReason.WALK_IN, AccessReason.LATE_ARRIVAL})
"""Guests: what ends their stay is a reservation, or a line of the site's access rules, and they are told when."""
_STOP_VERDICTS = {
    StopDecision.ALLOWED: Verdict.ACCEPTED,
    StopDecision.NOT_THEIRS: Verdict.NOT_NOW,
    StopDecision.TOKEN_UNKNOWN: Verdict.UNKNOWN,
    StopDecision.TOKEN_BLOCKED: Verdict.BLOCKED,
}

Recipients = dict[str, bool | None]
"""Reservation code → is the token that reservation's own?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`connector_id`: where the served reservation's hold is. `holders`: whose place a stranger asked for. `over`: what
    begins was let in for a reservation that has ended meanwhile, and is to be stopped. `instead_of`: the group mate's
    reservation at whose bay a driver begins who has one of their own. `guessed`: a group mate shows a card where it may
    be meant for another connector as well.
    """

    decision: AccessDecision
    answer: TokenAnswer
    connector_id: int | None
    holders: tuple[tuple[str, int], ...]
    over: bool = False
    instead_of: str | None = None
    guessed: bool = False

    @property
    def allowed(self) -> bool:
        return self.decision.allowed

    @property
    def is_to_be_stopped(self) -> bool:
        return self.over or not self.allowed

    @property
    def refused_for(self) -> str:
        return "" if self.allowed else self.decision.reason.value

    @property
    def kept_by(self) -> str | None:
        """Refused by a line of the site's access rules: its name."""
        return self.decision.kept_by if self.decision.reason is AccessReason.NO_ACCESS else None

    @property
    def is_unpaid(self) -> bool:
        """Refused, but its driver may be paying at this moment."""
        return self.decision.reason is AccessReason.UNPAID

    @property
    def is_reserved(self) -> bool:
        """Refused because the place is somebody else's, now or soon."""
        return self.decision.reason in RESERVED

    def mate(self, facts: AccessFacts) -> str | None:
        """The reservation of another driver of the group, at whose bay it begins."""
        code = self.decision.reservation_code
        return self.instead_of if code is None or is_drivers(facts, code) else code

    def concerned_by_start(self) -> Recipients:
        """Whom it concerns that a transaction began so: the reservation served, or all whose place was taken."""
        if not self.allowed:
            return {code: False for code, _ in self.holders}
        return self._served() | ({} if self.instead_of is None else {self.instead_of: False})

    def concerned_by_presentation(self) -> dict[int | None, Recipients]:
        """By connector, whom it concerns that the card was shown: its own reservation, or those it was refused for.

        Nobody, when it is a walk-in's, or refused for what it is; nor the mate whose place it may mean, before it
        begins there: nobody takes an arrival back.
        """
        if self.allowed:
            served = {} if self.guessed else self._served()
            return {self.connector_id: served} if served else {}
        concerned: dict[int | None, Recipients] = {}
        for code, connector_id in self.holders if self.is_reserved else ():
            concerned.setdefault(connector_id, {})[code] = False
        return concerned

    def _served(self) -> Recipients:
        code = self.decision.reservation_code
        return {} if code is None else {code: True}


def judge_start(facts: AccessFacts, connector_id: int, now: datetime) -> Judgement:
    """May the token charge on this connector?"""
    return _judge(facts, (connector_id,), now)


def judge_presentation(facts: AccessFacts, now: datetime) -> Judgement:
    """May the token charge anywhere on the charger? A bare Authorize names no connector.

    Connectors where somebody charges already are no answer to that, unless there is nothing else.
    """
    everywhere = tuple(facts.connectors.values())
    spare = tuple(connector for connector in everywhere if connector not in facts.busy)
    judgement = _judge(facts, spare or everywhere, now)
    return replace(judgement, guessed=_is_guessed(judgement.decision, facts, spare or everywhere, now))


def _is_guessed(
    decision: AccessDecision, facts: AccessFacts, connectors: tuple[int, ...], now: datetime
) -> bool:
    """Is it for a reservation of another driver of the group, while the card is good for another connector, too?"""
    code = decision.reservation_code
    if code is None or is_drivers(facts, code):
        return False
    each = (
        decide_access(facts.token, (one,), facts.holds, now, facts.kept, facts.maintained)
        for one in connectors
    )
    return any(one.allowed and one.reservation_code != code for one in each)


def is_drivers(facts: AccessFacts, code: str) -> bool:
    """Is the reservation that the gate let them in for their own, not a group mate's?"""
    if facts.token.reservation_code is not None:
        return facts.token.reservation_code == code
    return any(
        hold.driver_id == facts.token.driver_id for hold in facts.holds if hold.reservation_code == code
    )


def admitted(judgement: Judgement, facts: AccessFacts, code: str | None, until: datetime | None) -> Judgement:
    """It may all the same, under the reservation `code`; None: of a card that is only shown. `until`: they must go."""
    decision = AccessDecision(
        allowed=True, reason=AccessReason.RESERVATION, reservation_code=code, until=until
    )
    ends = [end for end in (until, facts.token.expires_at) if end is not None]
    answer = TokenAnswer(
        verdict=Verdict.ACCEPTED, group_id=facts.token.parent_tag, until=min(ends, default=None)
    )
    return replace(judgement, decision=decision, answer=answer, holders=())


def judge_further_token(facts: AccessFacts, id_tag: str, begun_by: BegunBy) -> TokenAnswer:
    """May a further token, on a transaction that has its own, stop it?"""
    decision = decide_stop(facts.token, id_tag, begun_by)
    allowed = decision is StopDecision.ALLOWED
    return TokenAnswer(verdict=_STOP_VERDICTS[decision], group_id=facts.token.parent_tag if allowed else None)


def _judge(facts: AccessFacts, connectors: tuple[int, ...], now: datetime) -> Judgement:
    decision = decide_access(facts.token, connectors, facts.holds, now, facts.kept, facts.maintained)
    verdict = Verdict.ACCEPTED if decision.allowed else _VERDICTS.get(decision.reason, Verdict.NOT_NOW)
    # What holds a bay holds each of its plugs; it is told once, of the plug that it was placed on.
    holds = sorted((h for h in facts.holds if h.connector_id in connectors), key=lambda hold: hold.beside)
    served = (h.connector_id for h in holds if h.reservation_code == decision.reservation_code)
    kept: dict[str, int] = {}
    for hold in holds:
        if is_kept_from(facts.token, hold, now):
            kept.setdefault(hold.reservation_code, hold.connector_id)
    until = decision.until if decision.reason in _LIMITED else None
    expires_at = facts.token.expires_at if decision.allowed else None
    return Judgement(
        decision=decision,
        answer=TokenAnswer(
            verdict=verdict,
            group_id=facts.token.parent_tag,
            until=min((end for end in (until, expires_at) if end is not None), default=None),
            told=_told(decision, until, now, facts.zone),
        ),
        connector_id=next(served, None),
        holders=tuple(kept.items()),
    )


def _told(decision: AccessDecision, until: datetime | None, now: datetime, zone: str | None) -> Told | None:
    """On the site's clock, in the first language: a guest's own is not known."""
    fact: Display
    if decision.reason is AccessReason.NO_ACCESS:
        fact = KeptForOthers()
    elif until is None:
        return None
    else:
        fact = KeptFrom(start=until) if decision.kept_by else ReservedFrom(start=until)
    reader = Reader(zone=zone or "UTC")
    return Told(text=reader.fact(fact, now), language=reader.language)
