"""Operators say which drivers are one person."""

import uuid

from sqlalchemy import select

from db.tables import AuditEntry
from tests.api.stage import Stage, assert_problem

PATH = "/v1/operations/people"


async def test_drivers_are_joined_and_parted_once_and_audited(stage: Stage) -> None:
    person, other = (f"p-{uuid.uuid4().hex[:8]}" for _ in range(2))
    one, two = sorted(f"d-{uuid.uuid4().hex[:8]}" for _ in range(2))
    who = stage.operators("olga")
    assert_problem(await stage.http.get(f"{PATH}/{person}", headers=who), 404, "person_unknown")
    assert_problem(
        await stage.http.delete(f"{PATH}/{person}/drivers/{one}", headers=who), 404, "person_unknown"
    )
    for driver in (one, two, two):
        joined = await stage.http.put(f"{PATH}/{person}/drivers/{driver}", headers=who)
        assert joined.status_code == 200, joined.text
    shown = await stage.http.get(f"{PATH}/{person}", headers=who)
    assert shown.json() == {"id": person, "drivers": [one, two]}
    moved = await stage.http.put(f"{PATH}/{other}/drivers/{two}", headers=who)
    assert moved.json()["drivers"] == [two]
    for _ in range(2):
        parted = await stage.http.delete(f"{PATH}/{person}/drivers/{one}", headers=who)
        assert (parted.status_code, parted.json()["drivers"]) == (200, [])
    async with stage.sessions() as session:
        mine = select(AuditEntry.code, AuditEntry.detail).where(AuditEntry.subject.in_([one, two]))
        told = [
            (code, detail["person"]) for code, detail in await session.execute(mine.order_by(AuditEntry.id))
        ]
    assert told == [
        ("person_joined", person),
        ("person_joined", person),
        ("person_joined", other),
        ("person_parted", person),
    ]
