"""What is delivered is what the document of the API says of it, kind by kind, to the member."""

from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, ValidationError

from api.desk.principal import Principal
from api.desk.webhook_endpoints import WebhookEndpoints
from clients.generator.served import served_document
from domain.reservation.lifecycle import State
from domain.telling.endpoints import EventKind
from tests.webhooks.engineers import Receiver, Site

OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return served_document()


def closed(schemas: dict[str, Any]) -> dict[str, Any]:
    """Receivers pass over what they do not know; here nothing may be there that is not in the document."""
    return {name: {"additionalProperties": False} | schema for name, schema in schemas.items()}


def check(document: dict[str, Any], kind: str, told: dict[str, Any], headers: dict[str, str]) -> None:
    """Raises what the validator says."""
    operation = document["webhooks"][kind]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    components = {"components": {"schemas": closed(document["components"]["schemas"])}}
    body = Draft202012Validator(content["schema"] | components, validate_formats=True)
    body.validate(told)
    body.validate(content["example"])
    for one in operation["parameters"]:
        Draft202012Validator(one["schema"]).validate(headers[one["name"]])


async def test_each_kind_is_delivered_as_it_is_described(
    site: Site, receiver: Receiver, document: dict[str, Any]
) -> None:
    number = await site.endpoint(receiver.url)
    for state in State:
        await site.reaches(f"R-{state}", state.value, fleet_id="vans" if state == State.CONFIRMED else None)
    await WebhookEndpoints(site.sessions, lambda: datetime.now(UTC)).send_test(OLGA, number)
    while "" in await site.tell():
        await site.be_due()
    assert document["webhooks"].keys() == {kind.value for kind in EventKind}
    told = {
        one["type"]: (one, headers) for one, headers in zip(receiver.taken, receiver.headers, strict=True)
    }
    assert told.keys() == document["webhooks"].keys()
    for kind, (one, headers) in told.items():
        check(document, kind, one, headers)


@pytest.mark.parametrize(
    "changed",
    [
        {"reservation": ...},
        {"fleet_id": ...},
        {"more": 1},
        {"start": "soon"},
        {"state": "LOCKED"},
    ],
)
def test_a_member_that_is_missing_too_many_or_another_would_be_found(
    document: dict[str, Any], changed: dict[str, Any]
) -> None:
    kind = EventKind.CONFIRMED.value
    told = document["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["example"]
    data = {name: value for name, value in (told["data"] | changed).items() if value is not ...}
    headers = {"webhook-id": "e", "webhook-timestamp": "1", "webhook-signature": "v1,eA=="}
    check(document, kind, told, headers)
    with pytest.raises(ValidationError):
        check(document, kind, told | {"data": data}, headers)
