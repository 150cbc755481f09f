"""Examples of every operation, made when the document is served: of now, and of the site that `make up` has.

A request's is that of its action (`api.v1.actions.examples`) or the one beside its model, written as if it were
WRITTEN; an answer's is made from its schema, so that a new operation has one without a word. What is named in KNOWN is
shown so.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from api.errors import PROBLEM_JSON

WRITTEN = datetime(2026, 12, 1, tzinfo=UTC)
"""The now of the examples beside the models: their instants and days are moved along."""
_HOUR = timedelta(hours=1)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_JSON = "application/json"

KNOWN: dict[str, Any] = {
    "site_id": "harbour", "site_name": "Harbour Yard", "site_address": "Quay 3, Berlin", "address": "Quay 3, Berlin",
    "pool_id": "harbour-fast", "connector_type": "IEC_62196_T2_COMBO", "bay": "Bay harbour-1", "zone": "Europe/Berlin",
    "charger_id": "harbour-1", "identity": "harbour-1", "number": 1, "connector_number": 1, "connector_id": 1,
    "power_w": 150_000, "latitude": 52.52, "longitude": 13.405, "distance_m": 400, "code": "7F3K-2QVM-X9TA",
    "reservation": "7F3K-2QVM-X9TA", "reservation_code": "7F3K-2QVM-X9TA", "state": "CONFIRMED",
    "driver_id": "driver-ana", "account": "driver-ana", "fleet_id": "parcel-fleet", "group_id": "taxis",
    "given_by": "olga", "joined_by": "olga", "asked_by": "olga", "operator": "olga", "payer": "driver",
    "currency": "EUR", "minor": 450, "id_tag": "04A1B2C3", "location": "/v1/reservations/7F3K-2QVM-X9TA",
    "client_secret": "pi_1_secret_2", "dispute": "du_1",
    "card_id": "c-9f6f0c2e5d8b4d0c5e5d", "quote_id": "9f6f0c2e5d8b4d0c", "name": "Harbour Yard",
    "country": "DE", "status": "available", "version": 1, "document": "42.pdf", "next_cursor": "WyJoYXJib3VyIl0",
    "opening_hours": "Mo-Fr 06:00-22:00", "text": "In words, in the caller's language",
    "description": "In words, in the caller's language", "month": "2026-11",
}  # fmt: skip
"""By the name of a member or of a parameter; what its schema does not take is made from that."""


def show_examples(document: dict[str, Any], bodies: dict[str, dict[str, Any]], now: datetime) -> None:
    """Put them into the document. `bodies`: of POSTs, by path, made for now."""
    made = Examples(document["components"]["schemas"], now)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get(_JSON)
            if body is not None and operation.get("security"):
                shown = bodies.get(path) if method == "post" else None
                body["example"] = made.request(body["schema"]) if shown is None else shown
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["example"] = made.of(parameter["schema"], parameter["name"])
            for content in _answers(operation):
                content["example"] = made.of(content["schema"], "")
            _show_alternatives(operation, made)


def _answers(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get(_JSON)
        if status.startswith("2") and content is not None and "schema" in content:
            yield content


def _show_alternatives(operation: dict[str, Any], made: "Examples") -> None:
    taken = operation["responses"].get("409", {}).get("content", {}).get(PROBLEM_JSON, {})
    example = taken.get("examples", {}).get("slot_unavailable")
    if example is not None:
        model, _ = taken["schema"]["allOf"]
        offered = made.resolved(model)["properties"].get("alternatives")
        if offered is not None:
            example["value"]["alternatives"] = made.of(offered, "alternatives")


class Examples:
    """Values for the schemas of one document, as of `now`."""

    def __init__(self, schemas: dict[str, Any], now: datetime) -> None:
        self._schemas = schemas
        self._hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)

    def request(self, schema: dict[str, Any]) -> Any:
        """The one beside the model, moved to now; made up where there is none."""
        for choice in (schema, *schema.get("anyOf", ())):
            written = self.resolved(choice).get("examples")
            if written:
                return self._moved(written[0])
        return self.of(schema, "")

    def of(self, schema: dict[str, Any], name: str, within: tuple[str, ...] = ()) -> Any:
        """`within`: names of the models that it stands in; one that contains itself ends there."""
        reference = schema.get("$ref")
        if reference is not None:
            within = (*within, reference)
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return KNOWN[name] if KNOWN.get(name) in schema["enum"] else schema["enum"][0]
        if "examples" in schema:
            return self._moved(schema["examples"][0])
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self._first(schema[several], name, within)
        return self._made(schema, name, within)

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def _first(self, choices: list[dict[str, Any]], name: str, within: tuple[str, ...]) -> Any:
        """Something rather than null, but for what would contain itself."""
        for choice in choices:
            if choice.get("type") != "null" and choice.get("$ref") not in within:
                return self.of(choice, name, within)
        return None

    def _made(self, schema: dict[str, Any], name: str, within: tuple[str, ...]) -> Any:
        match schema.get("type"):
            case "object":
                members = schema.get("properties", {})
                return {key: self.of(member, key, within) for key, member in members.items()}
            case "array":
                items = schema.get("items", {})
                if items.get("$ref") in within:
                    return []
                return [self.of(items, name, within)] * max(1, schema.get("minItems", 1))
            case "integer" | "number":
                return self._number(schema, name)
            case "boolean":
                return bool(schema.get("default", False))
            case "string":
                return self._text(schema, name)
        return None

    def _number(self, schema: dict[str, Any], name: str) -> Any:
        known = KNOWN.get(name)
        least = schema.get("minimum", 1)
        right = isinstance(known, int) or (isinstance(known, float) and schema["type"] == "number")
        return known if right and known >= least else schema.get("default") or max(least, 1)

    def _text(self, schema: dict[str, Any], name: str) -> str:
        match schema.get("format"):
            case "date-time":
                later = {"start": 2 * _HOUR, "end": 3 * _HOUR}.get(name, timedelta())
                return _written(self._hour + later)
            case "date":
                return self._hour.date().isoformat()
        takes = re.compile(schema.get("pattern", ""))
        offered = (KNOWN.get(name), name, "17:00", "2026-11", "EUR", "DE", "a" * schema.get("minLength", 1))
        return next((one for one in offered if isinstance(one, str) and one and takes.search(one)), "")

    def _moved(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._moved(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._moved(inner) for inner in value]
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return _written(datetime.fromisoformat(value) + (self._hour - WRITTEN))
        if isinstance(value, str) and _DAY.fullmatch(value):
            return (date.fromisoformat(value) + (self._hour - WRITTEN)).isoformat()
        return value


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
