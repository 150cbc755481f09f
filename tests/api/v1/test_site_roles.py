"""Several operators in one installation: nobody sees or does anything at a site that their token does not name, and
what each role may do at its own is what docs/operating.md says.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select, update

from db.tables import (
    BayReport,
    Charger,
    ChargingSession,
    Connector,
    DriverGroup,
    Membership,
    RefusedCard,
    TroubleRow,
    UnplacedTransaction,
)
from domain.terms.site_roles import SiteRole
from tests.api.stage import NOW, Stage, assert_problem, bearer, fresh_key
from tests.docs.pages import OPERATING

CODE = "7F3K-2QVM-X9TA"
KEPT_OUT = ("scope_missing", "site_forbidden")
LISTS = ("reservations", "chargers", "sessions", "troubles", "unplaced_transactions", "refused_cards", "driver_groups",
         "memberships", "bay_reports")  # fmt: skip
"""Of things at sites: `list_<name>`."""
SHOWN_TO_ALL = ("list_sites", "read_site", "read_site_plan", "read_availability", "follow_availability")
"""To any token: what can be booked."""
QUERIES = {
    "site_id": "north", "month": "2026-10", "format": "csv", "currency": "EUR",
    "from": "2026-10-01T00:00:00Z", "to": "2026-10-02T00:00:00Z",
}  # fmt: skip
"""What some lists must be asked with."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    id: str
    method: str
    path: str
    query: dict[str, str]
    body: Any


def confined(stage: Stage, sites: Mapping[str, Any], name: str = "olga") -> dict[str, str]:
    return bearer(stage.issuer.mint(name, scope="operator", role="finance", more={"sites": sites}))


@pytest.fixture(scope="module")
async def things(stage: Stage) -> dict[str, str]:
    """At `north`: one of each that has an operator; what stands for them in addresses. Its chargers are away."""
    async with stage.sessions.begin() as session:
        await session.execute(update(Charger).values(gateway_instance=None))
        connector = await session.scalar(select(Connector.id).where(Connector.charger_id == "NORTH-1"))
        at = {"charger_id": "NORTH-1", "connector_id": connector}
        charged = {"transaction_id": "tx-1", "id_tag": "0A", "authorised": True, "meter_start_wh": 0}
        charged |= {"meter_last_wh": 1, "started_at": NOW, "meter_at": NOW}
        row = insert(ChargingSession).values(**at, **charged).returning(ChargingSession.id)
        charging = await session.scalar(row)
        stood = {"cause": "fault", "began_at": NOW, "noticed_at": NOW}
        trouble = await session.scalar(insert(TroubleRow).values(**at, **stood).returning(TroubleRow.id))
        said = {"kind": "blocked", "text": "", "reported_at": NOW}
        report = await session.scalar(insert(BayReport).values(**at, **said).returning(BayReport.id))
        ended = {"event_id": "e-1", "ended_at": NOW, "heard_at": NOW, "meter_wh": 1, "id_tag": "0A"}
        end = insert(UnplacedTransaction).values(charger_id="NORTH-1", stop_reason="Local", **ended)
        unplaced = await session.scalar(end.returning(UnplacedTransaction.id))
        shown = {"id_tag": "0A", "reason": "no_access", "line": "Taxis only", "first_at": NOW, "last_at": NOW}
        await session.execute(insert(RefusedCard).values(charger_id="NORTH-1", times=1, **shown))
        session.add(DriverGroup(id="tenants", name="Tenants", site_id="north", made_at=NOW))
        given = {"key": "k", "driver_id": "driver-1", "valid_from": NOW, "given_at": NOW, "given_by": "olga"}
        session.add(Membership(id=unplaced, site_id="north", **given))  # {number} is of either
    await stage.publish(CODE)
    return {
        "site_id": "north",
        "charger_id": "NORTH-1",
        "session_id": str(charging),
        "trouble_id": str(trouble),
        "report_id": str(report),
        "code": CODE,
        "group_id": "tenants",
        "number": str(unplaced) if unplaced is not None else "1",
    }


def operations(stage: Stage, things: Mapping[str, str]) -> Iterator[Operation]:
    """Each about what there is at `north`, with the body that its documentation shows."""
    document = stage.app.openapi()
    for path, methods in document["paths"].items():
        if not path.startswith("/v1/") or "/webhooks/" in path:
            continue
        for method, one in methods.items():
            yield Operation(
                id=one["operationId"],
                method=method.upper(),
                path=re.sub(r"\{(\w+)\}", lambda found: things.get(found[1], "1"), path),
                query={p["name"]: QUERIES[p["name"]] for p in one.get("parameters", ()) if _is_needed(p)},
                body=_at_north(_example(one, document["components"]["schemas"]), things),
            )


def _at_north(body: Any, things: Mapping[str, str]) -> Any:
    """Examples are of the example's site."""
    if not isinstance(body, dict):
        return body
    return {**body, **{name: things[name] for name in ("site_id", "charger_id") if name in body}}


def _is_needed(parameter: Mapping[str, Any]) -> bool:
    return parameter["in"] == "query" and bool(parameter.get("required"))


def _example(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    schema = content["schema"]
    for one in (schema, *schema.get("anyOf", ())):
        named = schemas.get(one.get("$ref", "").rsplit("/", 1)[-1], one)
        if named.get("examples"):
            return named["examples"][0]
    given = content.get("examples") or {}
    return content.get("example") or next((one["value"] for one in given.values()), {})


async def ask(stage: Stage, operation: Operation, who: Mapping[str, str]) -> httpx.Response:
    headers = {**who, "Idempotency-Key": fresh_key()}
    return await stage.http.request(
        operation.method, operation.path, params=operation.query, json=operation.body, headers=headers
    )


def code_of(response: httpx.Response) -> str:
    return str(response.json().get("code", "")) if response.status_code >= 400 else ""


@pytest.mark.parametrize(
    "sites", [{"south": "owner"}, {}, {"north": "janitor"}, {"south": "owner", "north": 7}]
)
async def test_whose_token_does_not_name_a_site_gets_nothing_of_it(
    stage: Stage, things: dict[str, str], sites: dict[str, Any]
) -> None:
    before, seen = await stage.row_counts(), []
    for operation in operations(stage, things):
        if operation.id in SHOWN_TO_ALL:
            continue
        response = await ask(stage, operation, confined(stage, sites))
        nothing = response.status_code == 200 and response.json().get("items") == []
        if response.status_code not in (403, 404) and not nothing:
            seen.append(f"{operation.id}: {response.status_code} {response.text[:200]}")
    assert seen == []
    assert await stage.row_counts() == before


async def test_lists_show_the_sites_that_a_token_names(stage: Stage, things: dict[str, str]) -> None:
    found = {operation.id: operation for operation in operations(stage, things)}
    for name in LISTS:
        for sites in ({"north": "auditor"}, {"*": "support", "south": "owner"}):
            response = await ask(stage, found[f"list_{name}"], confined(stage, sites))
            assert response.status_code == 200, response.text
            assert response.json()["items"], f"{name} of {sites}"


async def test_a_claim_that_is_none_is_refused(stage: Stage) -> None:
    for said in (
        None,
        "north",
        ["north"],
        {"*": "owner", "north": "auditer"},
        {"*": "operator", "north": None},
    ):
        token = stage.issuer.mint("olga", scope="operator", more={"sites": said})
        answer = await stage.http.get("/v1/operations/chargers", headers=bearer(token))
        assert_problem(answer, 401, "token_invalid")


def may() -> dict[str, frozenset[str]]:
    """Of docs/operating.md: what an operation's id is allowed to, by role."""
    page = OPERATING.read_text()
    table = page.split("| at their site | owner | operator | support | auditor |", 1)[1].split("\n\n", 1)[0]
    found: dict[str, frozenset[str]] = {}
    for line in table.strip().splitlines()[1:]:
        what, *roles = [cell.strip() for cell in line.strip("|").split("|")]
        allowed = frozenset(role.value for role, said in zip(SiteRole, roles, strict=True) if said == "yes")
        found |= dict.fromkeys(re.findall(r"`([a-z_0-9]+)`", what), allowed)
    return found


async def test_each_role_may_do_what_the_page_says(stage: Stage, things: dict[str, str]) -> None:
    allowed, wrong, known = may(), [], set()
    for operation in operations(stage, things):
        known.add(operation.id)
        if not operation.path.startswith("/v1/operations/"):
            continue
        for role in SiteRole:
            response = await ask(stage, operation, confined(stage, {"north": role.value}))
            let_in = code_of(response) not in KEPT_OUT
            if let_in != (role.value in allowed.get(operation.id, frozenset())):
                wrong.append(f"{operation.id} as {role.value}: {response.status_code} {code_of(response)}")
    assert wrong == []
    assert allowed.keys() <= known
