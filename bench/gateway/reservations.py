"""A database full of reservations, as a network has them after months: most are over, some open, some ahead.

Written by the server itself with INSERT … SELECT: a hundred thousand in seconds.
"""

from datetime import UTC, datetime

from sqlalchemy import text

from db.engine import create_engine

Presentation = tuple[str, str]
"""Charger identity and idTag."""

_DRIVERS = text("""
INSERT INTO drivers (id, created_at)
SELECT 'bench-driver-' || n, :now FROM generate_series(0, :drivers - 1) n
""")
_CARDS = text("""
INSERT INTO tokens (value, kind, driver_id)
SELECT upper(lpad(to_hex(n), 14, '0')), 'rfid', 'bench-driver-' || n FROM generate_series(0, :drivers - 1) n
""")

# Slot k of a connector is an hour after slot k - 1; slot 0 is open now at every second connector, and begins in
# half an hour at the others. A fifth of the reservations is open or ahead.
_HOLDS = text("""
INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start, slot_end,
                   opens_at, watch_from, walk_in_warning_seconds, locked_at, placed_at, released_at,
                   release_reason)
SELECT 'BENCH-' || n, 'book', c.id, c.pool_id, 'bench-driver-' || n % :drivers,
       tstzrange(start, start + interval '55 min'), start, start + interval '50 min',
       start - interval '10 min', start - interval '2 h', 900,
       CASE WHEN k <= 0 THEN start - interval '15 min' END, start - interval '40 days',
       CASE WHEN k < 0 THEN least(start + interval '20 min', :now - interval '5 min') END,
       CASE WHEN k < 0 THEN CASE WHEN n % 10 = 0 THEN 'no_show' ELSE 'completed' END END
FROM generate_series(0, :count - 1) n
JOIN (SELECT id, pool_id, row_number() OVER (ORDER BY id) - 1 AS place FROM connectors) c
    ON c.place = n % :connectors
CROSS JOIN LATERAL (SELECT n / :connectors - :past AS k) number
CROSS JOIN LATERAL (
    SELECT CAST(:now AS timestamptz) + k * interval '1 h'
        + CASE WHEN c.place % 2 = 0 THEN interval '-10 min' ELSE interval '30 min' END AS start
) slot
""")
_CREDENTIALS = text("""
INSERT INTO tokens (value, kind, driver_id, reservation_code)
SELECT 'B' || upper(lpad(to_hex(id), 15, '0')), 'app', driver_id, reservation_code FROM holds
WHERE reservation_code LIKE 'BENCH-%'
""")
_PROJECTION = text("""
INSERT INTO reservations (code, revision, driver_id, account, site_id, state, slot_start, slot_end,
                          connector_id, snapshot, updated_at, closed_at)
SELECT h.reservation_code, 9, h.driver_id, h.driver_id, p.site_id,
       CASE WHEN h.released_at IS NULL THEN 'confirmed' ELSE 'completed' END, h.slot_start, h.slot_end,
       h.connector_id, '{}', :now, h.released_at
FROM holds h JOIN pools p ON p.id = h.pool_id WHERE h.reservation_code LIKE 'BENCH-%'
""")
_OPEN_NOW = text("""
SELECT c.charger_id, t.value FROM holds h
JOIN connectors c ON c.id = h.connector_id JOIN tokens t ON t.reservation_code = h.reservation_code
WHERE h.released_at IS NULL AND h.opens_at <= :now ORDER BY c.id
""")
_FREE_NOW = text("""
SELECT c.charger_id, t.value FROM holds h
JOIN connectors c ON c.id = h.connector_id JOIN tokens t ON t.driver_id = h.driver_id AND t.kind = 'rfid'
WHERE h.released_at IS NULL AND h.opens_at > :now AND h.slot_start < :now + interval '45 min' ORDER BY c.id
""")
_TABLES = ("drivers", "tokens", "holds", "reservations", "connectors")


async def plant_reservations(database_url: str, *, count: int) -> list[Presentation]:
    """Spread `count` reservations over the installed connectors; tokens to present, one a connector.

    Half of the presentations open a reservation whose window is open (its app credential); the other half
    are cards walking in, until somebody's reservation begins in half an hour. For some 20 minutes from now.
    """
    engine = create_engine(database_url, pool_size=1)
    now = datetime.now(UTC)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            connectors = (await connection.execute(text("SELECT count(*) FROM connectors"))).scalar_one()
            each = -(-count // connectors)
            figures = {
                "now": now,
                "count": count,
                "connectors": connectors,
                "drivers": max(1, count // 20),
                "past": each - max(1, each // 5),
            }
            for statement in (_DRIVERS, _CARDS, _HOLDS, _CREDENTIALS, _PROJECTION):
                await connection.execute(statement, _named_in(statement.text, figures))
            for table in _TABLES:
                await connection.execute(text(f"ANALYZE {table}"))
            opening = (await connection.execute(_OPEN_NOW, {"now": now})).all()
            walking_in = (await connection.execute(_FREE_NOW, {"now": now})).all()
    finally:
        await engine.dispose()
    return [(charger, tag) for pair in zip(opening, walking_in, strict=False) for charger, tag in pair]


def _named_in(statement: str, figures: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in figures.items() if f":{name}" in statement}
