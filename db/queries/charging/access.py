"""The facts behind every access decision, for any number of tokens at any chargers, in one indexed query.

It brings all holds that can change what `domain.charging.access` decides; which those are is said there.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.kept_places import KnownRules, kept_places, known_rules
from db.queries.of_now import OF_NOW, of_now
from domain.charging.access import AHEAD, CLOCK_ERROR, MOST_NEAR
from domain.charging.access_facts import ChargesAt, HoldOnConnector, KeptPlaces, Maintained, PresentedToken
from domain.charging.stopping import BegunBy
from domain.charging.tokens import Card, normalised_token, parent_of
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A token at a charger. `at`: when it was shown there, which for a queued message was long ago."""

    charger_id: str
    id_tag: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """An authorised session that runs on the charger, whoever asks.

    `is_of_now` False: it is only told of from a queue, and may be long over. Who may stop it may stop it all the same,
    as its charger knows better; the connector is nobody's for that.
    """

    connector_id: int
    begun_by: BegunBy
    is_of_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFacts:
    """Arguments of domain.charging.access.decide_access. `connectors`: OCPP number → connector id, all of the charger.

    `holds`: those that matter to this token at this time, not all there are. `kept`: where the site's access rules keep
    its holder out, now or within AHEAD. `zone`: of the site's clock, an IANA name; None when there are neither.
    """

    token: PresentedToken
    connectors: dict[int, int]
    holds: tuple[HoldOnConnector, ...]
    running: tuple[OpenSession, ...] = field(default=())
    maintained: tuple[Maintained, ...] = field(default=())
    zone: str | None = None
    kept: KeptPlaces = field(default_factory=dict)

    @property
    def busy(self) -> frozenset[int]:
        """Connectors where somebody is believed to charge, as of now also where the question is of before."""
        return frozenset(session.connector_id for session in self.running if session.is_of_now)


_NOTHING = AccessFacts(token=PresentedToken(known=False), connectors={}, holds=())

# A hold counts as it stood at `at`: one given up since then welcomes its driver like a no-show's, one placed
# since then bound nobody yet. Holds in force never overlap, so they are walked in the order of time and the walk
# ends early: those whose window or warning has begun are the first few, and of the others the next one of another
# driver is enough, because it ends a walk-in's stay; and the driver's own next one, with which a latecomer goes on.
# Ordering before filtering keeps the planner on that walk. What holds a connector holds all of its berth.
# What is offered from a waiting list has no reservation by which anybody could be billed.
# Access rules come along only while this connection has not read that version yet: it keeps what it has read.
FACTS = text(f"""
SELECT ask.n, c.number, c.id,
       t.driver_id IS NOT NULL AS known, t.blocked, t.driver_id, t.group_id, t.reservation_code AS app_of,
       s.tags, s.drivers, s.groups AS their_groups, s.of_now,
       h.reservation_code, h.driver_id AS held_for, h.group_id AS held_for_group, h.opens_at, h.slot_start, h.slot_end,
       h.released_at IS NOT NULL AS given_up, h.walk_in_warning_seconds,
       CASE WHEN h.id IS NOT NULL OR rules.id IS NOT NULL OR closed.spans IS NOT NULL THEN
           (SELECT s.zone FROM pools p JOIN sites s ON s.id = p.site_id WHERE p.id = c.pool_id)
       END AS zone,
       (SELECT r.state FROM reservations r WHERE r.code = h.reservation_code) = :unpaid AS unpaid,
       t.expires_at, t.groups, t.parent_tag, t.charges_at, t.charges_for,
       h.connector_id IS DISTINCT FROM c.id AS beside,
       rules.id AS rules_id, rules.document AS rules, c.pool_id,
       CASE WHEN rules.id IS NOT NULL THEN (SELECT b.label FROM bays b WHERE b.id = c.bay_id) END AS bay,
       t.fleet_id, t.member_of, t.tiers,
       closed.spans AS maintained,
       (SELECT e.state FROM waiting_list_entries e
        WHERE e.offer_code = h.reservation_code AND e.state IN ('offered', 'accepted')
            AND NOT EXISTS (SELECT FROM reservations r WHERE r.code = e.offer_code)) IS NOT NULL AS offered
FROM json_to_recordset(CAST(:asked AS json)) AS ask (n int, charger_id text, token text, at timestamptz)
JOIN connectors c ON c.charger_id = ask.charger_id
JOIN chargers here ON here.id = ask.charger_id
LEFT JOIN LATERAL (
    SELECT array_agg(ARRAY[w.starts_at, w.ends_at] ORDER BY w.starts_at) AS spans FROM maintenance_windows w
    WHERE w.site_id = here.site_id AND w.cancelled_at IS NULL
    AND w.ends_at > ask.at AND w.starts_at <= ask.at + CAST(:ahead AS interval)
    AND (num_nonnulls(w.charger_id, w.connector_id, w.bay_id) = 0 OR EXISTS (
        SELECT FROM connectors x WHERE x.berth_id = c.berth_id
        AND (x.id = w.connector_id OR x.charger_id = w.charger_id OR x.bay_id = w.bay_id)))
) closed ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN a.document IS NOT NULL THEN a.id END AS id,
        CASE WHEN a.id <> ALL (CAST(:known AS int[])) THEN a.document END AS document, a.site_id
    FROM chargers cp JOIN access_rules a ON a.site_id = cp.site_id
    WHERE cp.id = ask.charger_id AND a.valid_from <= ask.at
    ORDER BY a.version DESC LIMIT 1
) rules ON true
LEFT JOIN LATERAL (
    SELECT t.blocked AND coalesce(t.blocked_at <= ask.at, true)
        OR d.blocked AND coalesce(d.blocked_at <= ask.at, true) AS blocked,
        t.driver_id, t.group_id, t.reservation_code, t.expires_at,
        ARRAY(SELECT card.group_id FROM tokens card
              WHERE card.driver_id = t.driver_id AND card.kind = 'rfid' AND NOT card.blocked) AS groups,
        d.parent_tag, d.fleet_id,
        CASE WHEN rules.id IS NOT NULL THEN
            ARRAY(SELECT m.group_id FROM group_members m
                  WHERE m.driver_id = t.driver_id AND m.since <= ask.at AND (m.until IS NULL OR m.until > ask.at))
        END AS member_of,
        CASE WHEN rules.id IS NOT NULL THEN
            ARRAY(SELECT m.tier FROM memberships m
                  WHERE m.driver_id = t.driver_id AND m.tier <> '' AND (m.site_id IS NULL OR m.site_id = rules.site_id)
                      AND m.valid_from <= ask.at AND (m.valid_until IS NULL OR m.valid_until > ask.at))
        END AS tiers,
        own.charges_at, own.charges_for
    FROM card_at(ask.token, ask.at) t JOIN drivers d ON d.id = t.driver_id
    LEFT JOIN LATERAL (
        SELECT array_agg(own.connector_id) AS charges_at, array_agg(own.reservation_code) AS charges_for
        FROM sessions own JOIN chargers cp ON cp.id = own.charger_id
        WHERE own.driver_id = t.driver_id AND own.ended_at IS NULL AND own.authorised
            AND own.contradicted_at IS NULL AND {of_now("own")}
            AND own.started_at <= ask.at AND cp.gateway_instance IS NOT NULL
            AND (SELECT (p.document ->> 'one_session_a_driver')::boolean FROM policies p
                 WHERE (p.site_id = here.site_id OR p.site_id IS NULL) AND p.valid_from <= ask.at
                 ORDER BY p.site_id NULLS LAST, p.version DESC LIMIT 1)
    ) own ON true
) t ON true
LEFT JOIN LATERAL (
    SELECT array_agg(s.id_tag) AS tags, array_agg(s.driver_id) AS drivers, array_agg(st.group_id) AS groups,
        array_agg({OF_NOW}) AS of_now
    FROM sessions s LEFT JOIN card_at(s.id_tag, s.started_at) st ON true
    WHERE s.connector_id = c.id AND s.ended_at IS NULL AND s.contradicted_at IS NULL AND s.authorised
) s ON true
LEFT JOIN LATERAL (
    (SELECT near.* FROM (
        SELECT * FROM holds
        WHERE berth_id = c.berth_id AND released_at IS NULL AND slot_end > ask.at
            AND placed_at <= ask.at + CAST(:clock_error AS interval)
        ORDER BY slot_end LIMIT :most_near
     ) near
     WHERE least(near.opens_at, near.slot_start - make_interval(secs => near.walk_in_warning_seconds)) <= ask.at)
    UNION ALL
    (SELECT * FROM holds
     WHERE berth_id = c.berth_id AND released_at IS NULL AND slot_end > ask.at
        AND placed_at <= ask.at + CAST(:clock_error AS interval)
        AND least(opens_at, slot_start - make_interval(secs => walk_in_warning_seconds)) > ask.at
        AND slot_start <= ask.at + CAST(:ahead AS interval)
        AND (t.reservation_code IS NOT NULL OR driver_id IS DISTINCT FROM t.driver_id)
     ORDER BY slot_end LIMIT 1)
    UNION ALL
    (SELECT * FROM holds
     WHERE berth_id = c.berth_id AND released_at IS NULL AND slot_end > ask.at
        AND placed_at <= ask.at + CAST(:clock_error AS interval)
        AND least(opens_at, slot_start - make_interval(secs => walk_in_warning_seconds)) > ask.at
        AND slot_start <= ask.at + CAST(:ahead AS interval)
        AND t.reservation_code IS NULL AND driver_id = t.driver_id
     ORDER BY slot_end LIMIT 1)
    UNION ALL
    (SELECT * FROM holds
     WHERE berth_id = c.berth_id AND released_at IS NOT NULL AND slot_end > ask.at
        AND placed_at <= ask.at + CAST(:clock_error AS interval)
        AND (released_at > ask.at AND release_reason <> :never_paid OR release_reason = :no_show)
        AND (driver_id = t.driver_id OR group_id = t.group_id OR reservation_code = t.reservation_code))
) h ON true
ORDER BY ask.n, c.number
""")  # noqa: S608 - the fragment is ours


async def facts_of_all(connection: AsyncConnection, questions: Sequence[Question]) -> list[AccessFacts]:
    """For each question, in order: the token, the charger's connectors, what holds and runs on them.

    One round trip. A charger that is not installed has no connectors.
    """
    if not questions:
        return []
    rules = known_rules(connection)
    result = await connection.execute(FACTS, parameters(questions, rules))
    rows_of: dict[int, list[Any]] = {}
    for row in result:
        rows_of.setdefault(row[0], []).append(row)
    return [
        _facts(rows_of[number], question.at, rules) if number in rows_of else _NOTHING
        for number, question in enumerate(questions, start=1)
    ]


async def access_facts(
    connection: AsyncConnection, *, charger_id: str, id_tag: str, now: datetime
) -> AccessFacts:
    """`facts_of_all` for a single question."""
    (facts,) = await facts_of_all(connection, [Question(charger_id=charger_id, id_tag=id_tag, at=now)])
    return facts


def parameters(questions: Sequence[Question], known: Iterable[int] = ()) -> dict[str, object]:
    """Of `FACTS`. `known`: ids of versions of access rules.

    One JSON text: text arrays are written element by element in Python, which costs more than all.
    """
    asked = [
        {
            "n": number,
            "charger_id": question.charger_id,
            "token": normalised_token(question.id_tag),
            "at": question.at.isoformat(),
        }
        for number, question in enumerate(questions, start=1)
    ]
    return {
        "asked": json.dumps(asked),
        "known": "{" + ",".join(map(str, known)) + "}",
        "ahead": AHEAD,
        "clock_error": CLOCK_ERROR,
        "most_near": MOST_NEAR,
        "never_paid": ReleaseReason.EXPIRED.value,
        "no_show": ReleaseReason.NO_SHOW.value,
        "unpaid": State.AWAITING_PAYMENT.value,
    }


def _facts(rows: Sequence[Any], at: datetime, rules: KnownRules) -> AccessFacts:
    """Of the rows of one question: a connector repeats with each of its holds."""
    connectors: dict[int, int] = {}
    running: list[OpenSession] = []
    maintained: list[Maintained] = []
    for row in rows:
        if row.number not in connectors:
            connectors[row.number] = row.id
            spans = row.maintained or ()
            maintained += [Maintained(connector_id=row.id, start=start, end=end) for start, end in spans]
            running += _sessions(row)
    return AccessFacts(
        token=_token(rows[0]),
        connectors=connectors,
        holds=tuple(_hold(row) for row in rows if row.reservation_code is not None),
        running=tuple(running),
        maintained=tuple(maintained),
        zone=next((row.zone for row in rows if row.zone is not None), None),
        kept=kept_places(rows, at, rules),
    )


def _token(row: Any) -> PresentedToken:
    if not row.known:
        return _NOTHING.token
    cards = [Card(value="", group_id=group) for group in row.groups]
    elsewhere = zip(row.charges_at or (), row.charges_for or (), strict=True)
    return PresentedToken(
        known=row.known,
        blocked=row.blocked,
        driver_id=row.driver_id,
        group_id=row.group_id,
        reservation_code=row.app_of,
        parent_tag=parent_of(cards, row.parent_tag),
        expires_at=row.expires_at,
        charges_at=frozenset(ChargesAt(connector_id=one, reservation_code=under) for one, under in elsewhere),
    )


def _sessions(row: Any) -> Iterator[OpenSession]:
    if row.tags is not None:
        each = zip(row.tags, row.drivers, row.their_groups, row.of_now, strict=True)
        for id_tag, driver_id, group_id, is_of_now in each:
            begun_by = BegunBy(id_tag=id_tag, driver_id=driver_id, group_id=group_id)
            yield OpenSession(connector_id=row.id, begun_by=begun_by, is_of_now=is_of_now)


def _hold(row: Any) -> HoldOnConnector:
    return HoldOnConnector(
        connector_id=row.id,
        reservation_code=row.reservation_code,
        driver_id=row.held_for,
        group_id=row.held_for_group,
        opens_at=row.opens_at,
        start=row.slot_start,
        end=row.slot_end,
        given_up=row.given_up,
        walk_in_warning=timedelta(seconds=row.walk_in_warning_seconds),
        unpaid=bool(row.unpaid),
        offered=row.offered,
        beside=row.beside,
    )
