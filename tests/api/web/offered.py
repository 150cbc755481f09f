"""Offers of a waiting list to whoever visits the pages."""

from datetime import datetime, timedelta

from activities.queue.offering import offer_at
from tests.api.stage import END, NOW, START, Stage, fresh_key

_ENTRIES = "/v1/waiting-list-entries"


async def offered_to(stage: Stage, driver: str, *, days: int) -> str:
    """Who waits for the hour of the stage so many days later; the code of what they are offered."""
    start, end = (datetime.fromisoformat(at) + timedelta(days=days) for at in (START, END))
    body = {
        "site_id": "north",
        "start": start.isoformat(),
        "end": end.isoformat(),
        "lasts_minutes": 60,
        "payment_method": "pm_good",
    }
    headers = {**stage.driver(driver), "Idempotency-Key": fresh_key()}
    joined = await stage.http.post(_ENTRIES, json=body, headers=headers)
    assert joined.status_code == 201, joined.text
    await offer_at(stage.sessions, "north", lambda: NOW)
    entry = (await stage.http.get(f"{_ENTRIES}/{joined.json()['id']}", headers=headers)).json()
    code: str = entry["offer"]["code"]
    return code
