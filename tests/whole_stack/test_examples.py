"""Every example of a request in the served document, sent as it stands to a stack with the seed of `make up`."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.chargers.commands import charger_activities
from contracts.names import gateway_queue
from db.seed import seed
from db.tables import Charger, Connector
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.stack.fixtures import DRIVER, FLEET, seed_for_up
from tests.api.willing_link import WillingLink
from tests.factories import CHEAP_HASHER
from tests.whole_stack.answers import bearer, fresh_key
from tests.whole_stack.stack import Stack, own_stack

FIRST = (
    "preview_maintenance", "create_quote", "create_reservation", "on_my_way", "shorten_reservation",
    "reschedule_reservation", "create_swap_offer", "set_guest",
    "set_reservation_billing", "reassign_reservation_as_operator", "waive_reservation_as_operator",
    "cancel_reservation", "create_group", "cancel_group", "put_driver_group", "put_group_member",
)  # fmt: skip
"""What others build on; all else follows in the order of the document."""
LAST = (
    "set_opening_hours", "set_security_profile", "put_site", "put_pool", "put_charger", "put_driver",
    "block_card", "block_driver",
)  # fmt: skip
"""After which others would be refused."""
AFTER_A_STORY = {
    "announce_guest": "a pass for a guest",
    "confirm_contact_point": "an address with this code",
    "redeem_invitation": "an invitation with this code",
    "swap_reservation": "an offer with this code",
    "read_swap_offer": "an offer with this code",
    "withdraw_swap_offer": "an offer with this code",
    "accept_offer": "a place that is offered",
    "decline_offer": "a place that is offered",
    "snooze_offer": "a place that is offered",
    "extend_reservation": "a reservation that has begun",
    "check_in": "a reservation that begins now",
    "start_reservation": "a reservation that begins now",
    "accept_move": "another place that is proposed",
    "decline_move": "another place that is proposed",
    "resolve_reservation_as_operator": "a step that failed for good",
    "force_release_as_operator": "a reservation that is open",
    "cancel_reservation_as_operator": "a reservation that is open",
    "release_session": "a session that nobody ended",
    "end_trouble": "a trouble",
    "resolve_bay_report": "a report",
    "approve_money_request": "a money request",
    "refuse_money_request": "a money request",
    "create_refund": "a settled reservation",
    "create_return": "a refund that failed",
    "place_transaction": "a transaction without a session",
    "dismiss_transaction": "a transaction without a session",
    "write_off_debt": "an open debt",
    "submit_dispute": "a dispute",
    "accept_dispute": "a dispute",
    "claim_dispute": "a lost dispute",
    "put_budget": "an invoice account",
    "lift_dispute": "a dispute",
}
"""What has to be there first, and the seed has not: refused for that, and never for what was sent."""
UNREADABLE = ("invalid_request", "malformed_request", "internal_error", "not_found")


@pytest.fixture
async def seeded(
    postgres: EmbeddedPostgres,
    migrated_template: str,
    temporal_env: WorkflowEnvironment,
    tmp_path_factory: pytest.TempPathFactory,
    workflow_cache: int,
) -> AsyncIterator[Stack]:
    folder = tmp_path_factory.mktemp("examples-issuer")
    async with own_stack(
        "examples", postgres, migrated_template, temporal_env, folder, workflow_cache
    ) as stack:
        async with stack.sessions.begin() as session:
            now = datetime.now(UTC)
            await seed(session, seed_for_up(), now=now, hasher=CHEAP_HASHER)
            here = {"gateway_instance": "examples", "epoch": 1, "last_seen_at": now}
            await session.execute(update(Charger).values(**here))
            await session.execute(update(Connector).values(status="available", status_at=now))
        activities = charger_activities(WillingLink())
        async with Worker(stack.temporal, task_queue=gateway_queue("examples"), activities=activities):
            yield stack


def with_bodies(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation of what takes a body; what others need first."""
    found = [
        (method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation and operation.get("security")
    ]
    ranks = {name: rank for rank, name in enumerate(FIRST)} | dict.fromkeys(LAST, 1_000)
    return sorted(found, key=lambda one: ranks.get(one[2]["operationId"], 100))


async def test_every_example_of_a_request_is_taken_as_it_stands(seeded: Stack) -> None:
    document = (await seeded.http.get("/openapi.json")).json()
    callers = {
        "driver": bearer(seeded.issuer.driver(DRIVER)),
        "operator": bearer(seeded.issuer.operator("olga")),
        "fleet": bearer(seeded.issuer.fleet(FLEET)),
    }
    known: dict[str, str] = {}
    refused = {}
    for method, path, operation in with_bodies(document):
        name = operation["operationId"]
        there = path
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                value = known.get(f"{path}:{parameter['name']}") or known.get(parameter["name"])
                there = there.replace(f"{{{parameter['name']}}}", str(value or parameter["example"]))
        answer = await seeded.http.request(
            method,
            there,
            json=operation["requestBody"]["content"]["application/json"]["example"],
            headers=callers[_caller(path, operation)] | {"Idempotency-Key": fresh_key()},
        )
        wanted = {status for status in operation["responses"] if status.startswith("2")}
        waits = name in AFTER_A_STORY and answer.json().get("code") not in UNREADABLE
        if str(answer.status_code) not in wanted and not waits:
            refused[name] = f"{answer.status_code} {answer.text[:300]}"
        elif answer.is_success and answer.content:
            known |= _ids(name, answer.json())
    assert not refused, "\n".join(f"{name}: {why}" for name, why in refused.items())


def _caller(path: str, operation: dict[str, Any]) -> str:
    if "/operations/" in path:
        return "operator"
    return (
        "fleet"
        if ["fleet"] in (next(iter(scheme.values())) for scheme in operation["security"])
        else "driver"
    )


def _ids(name: str, answer: dict[str, Any]) -> dict[str, str]:
    """What later examples stand on."""
    match name:
        case "create_reservation":
            return {"code": answer["reservation"]["code"]}
        case "create_group":
            return {"/v1/reservation-groups/{group_id}/cancel:group_id": answer["id"]}
        case "create_series" | "change_series":
            return {"series_id": answer["id"]}
        case "join_waiting_list":
            return {"entry_id": answer["id"]}
        case "plan_maintenance":
            return {"window_id": str(answer["id"])}
        case "register_card":
            return {"card_id": answer["id"]}
        case "add_operators_webhook_endpoint" | "add_webhook_endpoint":
            below = "/v1" if name == "add_webhook_endpoint" else "/v1/operations"
            own = f"{below}/webhook-endpoints/{{number}}"
            return dict.fromkeys((f"{own}:number", f"{own}/replay:number"), str(answer["id"]))
        case "create_vehicle":
            return {"vehicle_id": answer["id"]}
        case "give_membership":
            return {"/v1/operations/memberships/{number}/end:number": str(answer["id"])}
    return {}
