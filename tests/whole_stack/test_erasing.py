"""A life on the whole stack, and then erased: nothing of it names anybody in any column of any table.

What tables may hold that this life does not leave there: `tests/db/test_erasing.py`.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from activities.erasing.rounds import Erasures
from activities.money.stripe_gateway import StripeGateway
from activities.telling.forgetting import FAREWELLS_KEPT, forget_old_messages
from db.tables import Driver, metadata
from tests.api.stage import assert_problem
from tests.whole_stack.answers import accepted, bearer, eventually, fresh_key
from tests.whole_stack.place import VISA, Place, Trip

PLATE, FIRM, STREET, GUEST, REACHED = (
    "B-LT 1842",
    "Lebenslauf GmbH",
    "Langer Weg 12",
    "Gerda Gast",
    "gerda@example.org",
)
_TEXTS = ("VARCHAR", "TEXT", "JSONB")


async def named(place: Place, names: tuple[str, ...]) -> set[tuple[str, str, str]]:
    """Table, column and what is said there."""
    found = set()
    async with place.stack.sessions() as session:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if not any(kind in str(column.type) for kind in _TEXTS) and "[]" not in str(column.type):
                    continue
                for name in names:
                    asked = text(
                        f"SELECT EXISTS (SELECT FROM {table.name} WHERE strpos({column.name}::text, :name) > 0)"
                    )
                    if await session.scalar(asked, {"name": name}):
                        found.add((table.name, column.name, name))
    return found


async def charged(place: Place, body: dict[str, Any]) -> Trip:
    charger = await place.charger("1.6")
    trip = await place.booked(10, 1800, **body)
    await trip.until("LOCKED")
    now = datetime.now(UTC).isoformat()
    begun = {"connectorId": 1, "idTag": place.card(), "meterStart": 0, "timestamp": now}
    assert await charger.swipe(1, place.card())
    number = (await charger.call("StartTransaction", begun))["transactionId"]
    await trip.until("CHARGING")
    stop = {"transactionId": number, "meterStop": 700, "timestamp": datetime.now(UTC).isoformat()}
    await charger.call("StopTransaction", stop | {"reason": "EVDisconnected"})
    available = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
    await charger.call("StatusNotification", available)
    await trip.closed()
    return trip


async def test_a_life_is_erased_and_nothing_of_it_names_anybody(place: Place) -> None:
    stack, who = place.stack, f"{place.site_id}-anna"
    anna = bearer(stack.issuer.driver(who, email=f"{who}@example.org"))
    names = (who, place.card(), PLATE, FIRM, STREET, GUEST, REACHED, f"{who}@example.org")

    async def said(method: str, path: str, body: dict[str, Any] | None = None, **by: dict[str, str]) -> Any:
        headers = by.get("by", anna) | {"Idempotency-Key": fresh_key()}
        answer = await stack.http.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    operators = f"/v1/operations/drivers/{who}"
    vehicle = await said("POST", "/v1/vehicles", {"plate": PLATE, "plugs": ["IEC_62196_T2_COMBO"]})
    await said("POST", "/v1/contact-points", {"channel": "mail", "address": f"{who}@example.org"})
    await said("PUT", "/v1/telling-preferences", {"language": "de"})
    await said(
        "PUT",
        "/v1/billing-party",
        {"name": FIRM, "address": [STREET, "Berlin"], "country": "DE", "tax_id": ""},
    )
    await said(
        "PUT",
        f"{operators}/cards",
        {"id_tag": place.card("spare"), "reason": "A spare one"},
        by=place.operator,
    )
    await said(
        "POST",
        f"{operators}/credits",
        {"amount_minor": 300, "currency": "EUR", "reason": "Waited"},
        by=place.operator,
    )
    await said(
        "POST", "/v1/operations/memberships",
        {"driver_id": who, "site_id": place.site_id, "valid_from": place.at(0)}, by=place.operator,
    )  # fmt: skip
    route = {"start": {"latitude": -60.0, "longitude": 13.4}}
    trip = await charged(place, {"vehicle_id": vehicle["id"], "route": route})
    other = await place.booked(
        7200, guest={"name": GUEST, "contact": REACHED}, vehicle_id=vehicle["id"], payment_method=VISA
    )
    await said("POST", f"/v1/reservations/{other.code}/guest-pass")
    ask = {"site_id": place.site_id, "start": place.at(7200), "end": place.at(9000), "lasts_minutes": 10}
    await said("POST", "/v1/waiting-list-entries", ask)
    refused = assert_problem(
        await stack.http.post("/v1/personal-data/erasure", headers=anna), 409, "erasure_not_now"
    )
    assert other.code in refused["detail"]
    await other.did("cancel", {})
    await other.closed()
    held = json.loads((await stack.http.get("/v1/personal-data", headers=anna)).content)["held"]
    assert {row["code"] for row in held["reservations"]} == {trip.code, other.code}
    assert held["sessions"][0]["reservation_code"] == trip.code
    # There is no issuer of documents here; a firm's would have to name it.
    async with stack.sessions.begin() as session:
        codes = {"codes": [trip.code, other.code]}
        await session.execute(text("DELETE FROM documents_due WHERE reservation_code = ANY(:codes)"), codes)
        await session.execute(text("DELETE FROM follow_ups WHERE reservation_code = ANY(:codes)"), codes)

    async def is_erased() -> bool:
        answer = await stack.http.post("/v1/personal-data/erasure", headers=anna)
        return answer.status_code == 200 and accepted(answer)["alias"] is not None

    await eventually(is_erased)
    gateway = StripeGateway(stack.stripe.api_key, stack.stripe.base_url)

    async def is_finished() -> bool:
        await Erasures(stack.sessions, gateway.customers).go_on(datetime.now(UTC))
        async with stack.sessions() as session:
            return not await session.scalar(
                text("SELECT EXISTS (SELECT FROM erasures WHERE finished_at IS NULL)")
            )

    await eventually(is_finished)
    await gateway.aclose()
    # No worker here has a mail server: where their last mail was to go is known for a day, and by nothing else.
    assert {table for table, *_ in await named(place, names)} <= {"farewells"}
    await forget_old_messages(stack.sessions, datetime.now(UTC) + FAREWELLS_KEPT)
    assert await named(place, names) == set()
    async with stack.sessions() as session:
        assert await session.scalar(select(Driver.id).where(Driver.id == who)) is None
    again = await place.booked(3600)
    assert again.code != trip.code
