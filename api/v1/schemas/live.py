"""What is told of a site's availability over a stream."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.v1.schemas.fields import Answer
from api.v1.schemas.sites import ConnectorOut, PoolAvailabilityOut


class LiveAvailabilityOut(Answer):
    site_id: str
    duration_seconds: int
    next_from: datetime | None = Field(description="As in the answer of `availability`")
    pools: list[PoolAvailabilityOut]
    connectors: list[ConnectorOut]


_EVENT = {
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"const": "availability"},
        "id": {"type": "string"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": f"#/components/schemas/{LiveAvailabilityOut.__name__}"},
        },
    },
}
EVENTS: dict[str, Any] = {
    "description": "A stream of such events",
    "content": {"text/event-stream": {"schema": _EVENT}},
}
