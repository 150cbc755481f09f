"""What is read with an ETag and changed at one address: how it is written, and where."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.api.stage import Stage, fresh_key

SITE = "/v1/operations/sites/north"
PARTY = "/v1/billing-party"


@dataclass(frozen=True, kw_only=True)
class Thing:
    """`bodies`: the one that each editor would write is the n-th of its own."""

    method: str
    path: str
    member: tuple[str | int, ...]
    """What they differ in; where a number stands in it is filled in."""
    value: str | int
    body: dict[str, Any]
    by: str = "operator"
    whole: bool = True
    """Its ETag stands for the whole answer."""
    to: str = ""
    """Behind the path, where it is written; the number is filled in."""

    def written(self, number: int) -> dict[str, Any]:
        value = self.value.format(number) if isinstance(self.value, str) else self.value + number
        body: dict[str, Any] = _with(self.body, self.member, value)
        return body

    async def read(self, stage: Stage, **headers: str) -> httpx.Response:
        answer = await stage.http.get(self.path, headers=_who(stage, self.by) | headers)
        assert answer.status_code in (200, 304), answer.text
        return answer

    async def write(self, stage: Stage, number: int, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Idempotency-Key": fresh_key(), **_who(stage, self.by), **named}
        body = self.written(number)
        path = self.path + self.to.format(number)
        return await stage.http.request(self.method, path, json=body, headers=sent)


def _with(body: Any, member: tuple[str | int, ...], value: Any) -> Any:
    if not member:
        return value
    first, *rest = member
    if isinstance(body, list):
        return [_with(one, tuple(rest), value) if at == first else one for at, one in enumerate(body)]
    return {**body, first: _with(body.get(first, {}), tuple(rest), value)}


def _who(stage: Stage, by: str) -> dict[str, str]:
    return {"operator": stage.operators(role="finance"), "driver": stage.driver()}[by]


BAY = {"bays": [{"label": "Bay 1", "width_cm": 300}], "reason": "Measured"}
PLAN = {"width_cm": 2000, "length_cm": 1000, "bays": [{"label": "Bay 1", "x_cm": 300, "y_cm": 300}]}
PLACES = {"connectors": [{"number": 1, "bay": "Bay 1"}], "one_at_a_time": [], "reason": "Seen"}
BUSINESS = {"name": "Example GmbH", "address": ["Hof 3"], "country": "DE"}
ACCOUNT = {"party": BUSINESS, "currency": "EUR", "days_to_pay": 14, "limit_minor": None}
EUR = {"minor": 0, "currency": "EUR"}
WALK_INS = {"currency": "EUR", "energy_per_kwh": EUR, "time_per_minute": EUR, "session_fee": EUR}
BUILT = {
    "name": "Edited", "zone": "Europe/Berlin", "currency": "EUR", "latitude": 52.5, "longitude": 13.4,
    "reason": "Built",
}  # fmt: skip
POOL = {
    "name": "Fast",
    "connector_type": "CHADEMO",
    "power_w": 50_000,
    "walk_in_connectors": 0,
    "reason": "Built",
}
CHARGER = {
    "connectors": [{"number": 1, "pool_id": "edited-dc"}], "one_at_a_time": [], "keeps_local_list": False,
    "reason": "Built",
}  # fmt: skip
MADE_BEFORE = ("site", "pool", "charger", "group", "member", "account", "party", "driver", "person", "plan")
"""In this order."""
THINGS = {
    "site": Thing(
        method="PUT", path="/v1/operations/sites/edited", member=("name",), value="Edited {}", body=BUILT
    ),
    "pool": Thing(
        method="PUT", path="/v1/operations/sites/edited/pools/edited-dc", member=("power_w",), value=50_000, body=POOL,
    ),
    "charger": Thing(
        method="PUT", path="/v1/operations/sites/edited/chargers/edited-1", member=("connectors", 0, "bay"),
        value="Bay {}", body=CHARGER,
    ),
    "bays": Thing(
        method="PUT", path=f"{SITE}/bays", member=("bays", 0, "length_cm"), value=500, body=BAY
    ),
    "plan": Thing(
        method="PUT", path=f"{SITE}/plan", member=("bays", 0, "x_cm"), value=300, body=PLAN
    ),
    "hours": Thing(
        method="PUT", path=f"{SITE}/opening-hours", member=("opening_hours",), value="Mo-Su 00:{:02}-24:00",
        body={}, whole=False,
    ),
    "topology": Thing(
        method="PUT", path="/v1/operations/chargers/NORTH-2/topology", member=("connectors", 0, "bay"),
        value="Bay t{}", body=PLACES, whole=False,
    ),
    "policies": Thing(method="POST", path=f"{SITE}/policies", member=("rules", "grace"), value="PT{}M", body={}),
    "tariffs": Thing(
        method="POST", path=f"{SITE}/tariffs", member=("rules", "energy_per_kwh", "minor"),
        value=50, body={},
    ),
    "walk_ins": Thing(
        method="POST", path=f"{SITE}/walk-in-tariffs", member=("rules", "energy_per_kwh", "minor"),
        value=50, body={"rules": WALK_INS},
    ),
    "prices": Thing(method="POST", path=f"{SITE}/price-rules", member=("reason",), value="{}", body={"rules": None}),
    "access": Thing(method="POST", path=f"{SITE}/access-rules", member=("reason",), value="{}", body={"rules": None}),
    "group": Thing(
        method="PUT", path="/v1/operations/driver-groups/edited", member=("name",), value="Group {}", body={}
    ),
    "member": Thing(
        method="PUT", path="/v1/operations/driver-groups/edited/members/driver-1", member=("until",),
        value="2031-01-{:02}T00:00:00Z", body={},
    ),
    "driver": Thing(
        method="PUT", path="/v1/operations/drivers/edited", member=("fleet_id",), value="fleet-{}",
        body={"reason": "Told"},
    ),
    "person": Thing(
        method="PUT", path="/v1/operations/people/edited", to="/drivers/driver-{}", member=(), value="{}", body={},
    ),
    "account": Thing(
        method="PUT", path="/v1/operations/invoice-accounts/fleet-1", member=("days_to_pay",), value=10,
        body=ACCOUNT, whole=False,
    ),
    "party": Thing(method="PUT", path=PARTY, member=("name",), value="Example {} GmbH", body=BUSINESS, by="driver"),
}  # fmt: skip
