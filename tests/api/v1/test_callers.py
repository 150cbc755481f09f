"""Who may call which route: every one under /v1 needs a token, operations the operator's."""

import pytest

from domain.reservation.actions.action import Actor
from domain.reservation.actions.table import ACTIONS
from tests.api.stage import Stage, assert_problem

_BELOW = {Actor.DRIVER: "/v1/reservations", Actor.OPERATOR: "/v1/operations/reservations"}
EVERY_ROUTE = [
    ("GET", "/v1/sites"),
    ("GET", "/v1/sites/north"),
    ("GET", "/v1/sites/north/plan"),
    ("GET", "/v1/sites/north/availability"),
    ("GET", "/v1/sites/north/availability/live"),
    ("GET", "/v1/reservations"),
    ("POST", "/v1/reservations"),
    ("POST", "/v1/on-site-reservations"),
    ("GET", "/v1/reservations/7F3K-2QVM-X9TA"),
    ("POST", "/v1/reservations/7F3K-2QVM-X9TA/alternatives"),
    ("GET", "/v1/reservations/7F3K-2QVM-X9TA/charging"),
    ("POST", "/v1/reservation-groups"),
    *[
        ("GET", f"/v1/fleet/{what}")
        for what in ("slots", "charges", "months", "cost-centers", "budgets", "drivers")
    ],
    *[(method, "/v1/fleet/cost-centers/cc-x") for method in ("GET", "PUT")],
    *[(method, "/v1/fleet/budgets/bb-x") for method in ("GET", "PUT", "DELETE")],
    ("POST", "/v1/fleet/drivers"),
    *[(method, "/v1/fleet/drivers/anna") for method in ("GET", "PUT", "DELETE")],
    ("GET", "/v1/operations/fleets/fleet-1/budgets"),
    *[(method, "/v1/reservation-series") for method in ("GET", "POST")],
    ("GET", "/v1/reservation-series/s-1"),
    ("DELETE", "/v1/reservation-series/s-1"),
    ("POST", "/v1/reservation-series/s-1/change"),
    ("POST", "/v1/reservation-series/s-1/dates/2026-12-21/alternatives"),
    *[(method, "/v1/waiting-list-entries") for method in ("GET", "POST")],
    *[(method, "/v1/waiting-list-entries/w-1") for method in ("GET", "DELETE")],
    *[("POST", f"/v1/waiting-list-entries/w-1/{answer}") for answer in ("accept", "decline", "snooze")],
    ("GET", "/v1/operations/sites/north/waiting-list"),
    ("GET", "/v1/reservation-groups/g-1"),
    ("POST", "/v1/reservation-groups/g-1/cancel"),
    *[(method, "/v1/reservations/7F3K-2QVM-X9TA/guest") for method in ("GET", "PUT")],
    *[(method, "/v1/reservations/7F3K-2QVM-X9TA/guest-pass") for method in ("POST", "DELETE")],
    *[(method, "/v1/reservations/7F3K-2QVM-X9TA/swap-offers") for method in ("GET", "POST")],
    ("DELETE", "/v1/reservations/7F3K-2QVM-X9TA/swap-offers/0000-0000-0000"),
    ("GET", "/v1/swap-offers/0000-0000-0000"),
    ("GET", "/v1/guest-visit"),
    *[("POST", f"/v1/guest-visit/{path}") for path in ("on-my-way", "check-in", "start", "stop")],
    ("GET", "/v1/vehicles"),
    ("POST", "/v1/vehicles"),
    ("GET", "/v1/vehicles/v-1"),
    ("PATCH", "/v1/vehicles/v-1"),
    ("POST", "/v1/vehicles/v-1/archive"),
    ("GET", "/v1/operations/reservations"),
    *[
        ("GET", f"/v1/operations/reservations/7F3K-2QVM-X9TA{part}")
        for part in ("", "/timeline", "/audit", "/bills", "/notifications")
    ],
    *[("POST", f"{_BELOW[action.by]}/7F3K-2QVM-X9TA/{action.path}") for action in ACTIONS],
    ("GET", "/v1/notices"),
    *[(method, "/v1/contact-points") for method in ("GET", "POST")],
    ("POST", "/v1/contact-points/8/confirm"),
    ("DELETE", "/v1/contact-points/8"),
    ("GET", "/v1/telling-channels"),
    *[(method, "/v1/telling-preferences") for method in ("GET", "PUT")],
    *[
        (method, f"{below}/webhook-endpoints{path}")
        for below in ("/v1", "/v1/operations")
        for method, path in (
            ("GET", ""),
            ("POST", ""),
            ("GET", "/8"),
            ("PUT", "/8"),
            ("DELETE", "/8"),
            ("POST", "/8/rotate-secret"),
            ("POST", "/8/test"),
            ("POST", "/8/replay"),
            ("GET", "/8/events"),
        )
    ],
    ("GET", "/v1/operations/messages"),
    ("GET", "/v1/operations/messages/8"),
    ("POST", "/v1/operations/messages/8/send-again"),
    ("GET", "/v1/memberships"),
    ("GET", "/v1/operations/memberships"),
    ("GET", "/v1/operations/memberships/8"),
    ("POST", "/v1/operations/memberships"),
    ("POST", "/v1/operations/memberships/8/end"),
    ("GET", "/v1/operations/people/p-1"),
    ("PUT", "/v1/operations/people/p-1/drivers/anna"),
    ("DELETE", "/v1/operations/people/p-1/drivers/anna"),
    ("GET", "/v1/cards"),
    ("POST", "/v1/cards/c-1/report-lost"),
    ("GET", "/v1/operations/cards"),
    ("GET", "/v1/operations/cards/c-1"),
    ("PUT", "/v1/operations/cards/c-1"),
    *[("POST", f"/v1/operations/cards/c-1/{what}") for what in ("block", "unblock")],
    ("GET", "/v1/operations/drivers"),
    *[(method, "/v1/operations/drivers/anna") for method in ("GET", "PUT")],
    ("PUT", "/v1/operations/drivers/anna/cards"),
    ("GET", "/v1/personal-data"),
    ("GET", "/v1/operations/drivers/anna/export"),
    ("POST", "/v1/personal-data/erasure"),
    ("DELETE", "/v1/personal-data/fleet"),
    ("POST", "/v1/operations/drivers/anna/erasure"),
    *[("POST", f"/v1/operations/drivers/anna/{what}") for what in ("block", "unblock")],
    ("GET", "/v1/operations/chargers"),
    ("GET", "/v1/operations/chargers/NORTH-1"),
    *[
        ("POST", f"/v1/operations/chargers/NORTH-1/{action}")
        for action in (
            "reset",
            "unlock",
            "change-availability",
            "trigger",
            "get-configuration",
            "set-configuration",
            "get-logs",
            "clear-cache",
            "get-local-list-version",
            "rotate-password",
            "send-local-list",
            "set-charging-profile",
            "clear-charging-profile",
            "get-composite-schedule",
            "update-firmware",
            "reserve-now",
            "cancel-reservation",
            "get-base-report",
            "set-variables",
            "data-transfer",
            "install-certificate",
            "get-certificates",
            "delete-certificate",
        )
    ],
    ("GET", "/v1/operations/chargers/NORTH-1/device-model"),
    ("GET", "/v1/operations/chargers/NORTH-1/connectors/1/occupancy"),
    ("GET", "/v1/operations/chargers/NORTH-1/quirks"),
    ("GET", "/v1/operations/quirks"),
    ("GET", "/v1/operations/chargers/NORTH-1/settings"),
    ("POST", "/v1/operations/chargers/NORTH-1/apply-recommended"),
    *[(method, "/v1/operations/chargers/NORTH-1/security-profile") for method in ("GET", "PUT")],
    ("GET", "/v1/operations/sites/north/bays"),
    ("PUT", "/v1/operations/sites/north/bays"),
    ("GET", "/v1/operations/chargers/NORTH-1/topology"),
    ("PUT", "/v1/operations/chargers/NORTH-1/topology"),
    ("POST", "/v1/operations/chargers/NORTH-1/topology/withdraw"),
    ("GET", "/v1/operations/sessions"),
    ("POST", "/v1/operations/sessions"),
    ("GET", "/v1/operations/sessions/4711"),
    ("POST", "/v1/operations/sessions/4711/stop"),
    ("POST", "/v1/operations/sessions/4711/release"),
    ("POST", "/v1/bay-reports"),
    ("POST", "/v1/reservations/7F3K-2QVM-X9TA/another-bay"),
    ("GET", "/v1/operations/bay-reports"),
    ("GET", "/v1/operations/bay-reports/7"),
    ("POST", "/v1/operations/bay-reports/7/resolve"),
    ("GET", "/v1/operations/troubles"),
    ("POST", "/v1/operations/troubles/7/end"),
    ("GET", "/v1/operations/unplaced-transactions"),
    ("POST", "/v1/operations/unplaced-transactions/8/place"),
    ("POST", "/v1/operations/unplaced-transactions/8/dismiss"),
    *[("GET", f"/v1/charging-history{path}") for path in ("", "/months", "/export")],
    ("GET", "/v1/credits"),
    ("GET", "/v1/operations/credits"),
    *[(method, "/v1/operations/sites/north/plan") for method in ("GET", "PUT", "DELETE")],
    *[(method, "/v1/operations/sites/north/opening-hours") for method in ("GET", "PUT")],
    *[
        (method, f"/v1/operations/sites/north/{kind}{below}")
        for kind in ("policies", "tariffs", "walk-in-tariffs")
        for method, below in (("GET", ""), ("POST", ""), ("POST", "/preview"))
    ],
    *[
        (method, f"/v1/operations/sites/north{path}")
        for path in ("", "/pools/north-dc", "/chargers/NORTH-1")
        for method in ("GET", "PUT")
    ],
    *[(method, "/v1/operations/sites/north/price-rules") for method in ("GET", "POST")],
    *[(method, "/v1/operations/sites/north/access-rules") for method in ("GET", "POST")],
    ("POST", "/v1/operations/sites/north/access-rules/preview"),
    *[(method, "/v1/operations/sites/north/maintenance-windows") for method in ("GET", "POST")],
    ("POST", "/v1/operations/sites/north/maintenance-preview"),
    ("GET", "/v1/operations/sites/north/maintenance-windows/9"),
    ("POST", "/v1/operations/sites/north/maintenance-windows/9/cancel"),
    ("POST", "/v1/operations/sites/north/price-rules/preview"),
    ("POST", "/v1/operations/sites/north/price-rules/simulation"),
    ("GET", "/v1/driver-groups"),
    ("POST", "/v1/driver-groups/redeem"),
    ("POST", "/v1/driver-groups/join-by-email"),
    *[(method, "/v1/operations/driver-groups/taxis/invitations") for method in ("GET", "POST")],
    ("POST", "/v1/operations/driver-groups/taxis/invitations/1/revoke"),
    ("GET", "/v1/operations/driver-groups"),
    *[(method, "/v1/operations/driver-groups/taxis") for method in ("GET", "PUT")],
    ("GET", "/v1/operations/driver-groups/taxis/members"),
    *[(method, "/v1/operations/driver-groups/taxis/members/driver-1") for method in ("GET", "PUT", "DELETE")],
    ("POST", "/v1/quotes"),
    ("GET", "/v1/quotes/00ff"),
    ("POST", "/v1/operations/drivers/driver-1/credits"),
    ("GET", "/v1/debts"),
    ("POST", "/v1/debts/7F3K-2QVM-X9TA/pay"),
    ("GET", "/v1/billing-party"),
    ("PUT", "/v1/billing-party"),
    ("GET", "/v1/documents"),
    ("GET", "/v1/documents/42.pdf"),
    *[(method, "/v1/reservations/7F3K-2QVM-X9TA/billing") for method in ("GET", "PUT")],
    ("GET", "/v1/reservations/7F3K-2QVM-X9TA/payments"),
    ("GET", "/v1/operations/debts"),
    ("POST", "/v1/operations/debts/7F3K-2QVM-X9TA/write-off"),
    ("GET", "/v1/operations/disputes"),
    ("GET", "/v1/invoice-account"),
    ("GET", "/v1/operations/invoice-accounts"),
    *[(method, "/v1/operations/invoice-accounts/fleet-1") for method in ("GET", "PUT")],
    *[(method, "/v1/operations/invoice-accounts/fleet-1/transfers") for method in ("GET", "POST")],
    ("GET", "/v1/operations/reconciliation"),
    ("GET", "/v1/operations/reports/reliability"),
    ("GET", "/v1/operations/reports/site-use"),
    ("GET", "/v1/operations/disputes/du_1"),
    ("GET", "/v1/operations/reservations/7F3K-2QVM-X9TA/refunds"),
    ("POST", "/v1/operations/reservations/7F3K-2QVM-X9TA/refunds"),
    *[(method, "/v1/operations/reservations/7F3K-2QVM-X9TA/returns") for method in ("GET", "POST")],
    *[("POST", f"/v1/operations/disputes/du_1/{what}") for what in ("submit", "accept", "claim", "lift")],
    ("GET", "/v1/operations/money-requests"),
    ("POST", "/v1/operations/money-requests/8/approve"),
    ("POST", "/v1/operations/money-requests/8/refuse"),
    ("GET", "/v1/operations/refused-connections"),
    ("GET", "/v1/operations/refused-cards"),
    *[
        ("GET", f"/v1/operations/ledger/{part}")
        for part in ("accounts", "trial-balance", "entries", "export")
    ],
    ("DELETE", "/v1/operations/refused-connections/STRANGER-1"),
]


async def test_the_list_above_is_every_route_under_v1(stage: Stage) -> None:
    paths = stage.app.openapi()["paths"]
    served = {
        (method.upper(), path)
        for path, operations in paths.items()
        for method in operations
        if path.startswith("/v1/") and not path.startswith("/v1/webhooks")
    }
    listed = {
        (
            method,
            path.replace("7F3K-2QVM-X9TA", "{code}")
            .replace("/pools/north-dc", "/pools/{pool_id}")
            .replace("/north", "/{site_id}")
            .replace("/driver-1/", "/{driver_id}/")
            .replace("/members/driver-1", "/members/{driver_id}")
            .replace("/taxis", "/{group_id}")
            .replace("/people/p-1", "/people/{person_id}")
            .replace("/drivers/anna", "/drivers/{driver_id}")
            .replace("NORTH-1", "{charger_id}")
            .replace("STRANGER-1", "{identity}")
            .replace("42.pdf", "{name}")
            .replace("/0000-0000-0000", "/{offer}")
            .replace("/c-1", "/{card_id}")
            .replace("/v-1", "/{vehicle_id}")
            .replace("/g-1", "/{group_id}")
            .replace("/s-1", "/{series_id}")
            .replace("/w-1", "/{entry_id}")
            .replace("/dates/2026-12-21", "/dates/{day}")
            .replace("/connectors/1/", "/connectors/{number}/")
            .replace("00ff", "{quote_id}")
            .replace("/fleet-1", "/{fleet_id}")
            .replace("4711", "{session_id}")
            .replace("/du_1", "/{dispute}")
            .replace("/bay-reports/7", "/bay-reports/{report_id}")
            .replace("/7/", "/{trouble_id}/")
            .replace("/maintenance-windows/9", "/maintenance-windows/{window_id}")
            .replace("/memberships/8", "/memberships/{number}")
            .replace("/contact-points/8", "/contact-points/{number}")
            .replace("/messages/8", "/messages/{number}")
            .replace("/webhook-endpoints/8", "/webhook-endpoints/{number}")
            .replace("/8/", "/{number}/")
            .replace("/cc-x", "/{code}")
            .replace("/bb-x", "/{cost_center}")
            .replace("/invitations/1/", "/invitations/{invitation_id}/"),
        )
        for method, path in EVERY_ROUTE
    }
    assert listed == served


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
async def test_every_route_needs_a_token_even_before_it_reads_the_body(
    stage: Stage, method: str, path: str
) -> None:
    response = await stage.http.request(method, path, content=b"{not json")
    assert_problem(response, 401, "token_missing")
    assert response.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(("method", "path"), [r for r in EVERY_ROUTE if "/operations/" in r[1]])
async def test_operations_need_the_operator_scope(stage: Stage, method: str, path: str) -> None:
    before = await stage.row_counts()
    for who in (stage.driver(), stage.fleet()):
        response = await stage.http.request(method, path, headers=who)
        assert_problem(response, 403, "scope_missing")
        assert 'scope="operator"' in response.headers["www-authenticate"]
    assert await stage.row_counts() == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        r
        for r in EVERY_ROUTE
        if r[0] == "POST" and not r[1].startswith(("/v1/operations/", "/v1/guest-visit"))
    ],
)
async def test_an_operator_does_not_act_as_a_driver(stage: Stage, method: str, path: str) -> None:
    response = await stage.http.request(method, path, headers=stage.operators())
    assert_problem(response, 403, "scope_missing")
