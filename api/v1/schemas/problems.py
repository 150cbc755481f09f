"""The RFC 9457 problem document, as OpenAPI shows it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class FieldError(BaseModel):
    """One thing wrong with the request: `pointer` into the body, or the name of a `parameter`."""

    location: Literal["body", "query", "path", "header"] = Field(alias="in")
    pointer: str | None = Field(default=None, examples=["#/start"])
    parameter: str | None = None
    reason: str
    message: str


class Problem(BaseModel):
    """Match on `code`; it is stable. The other members are for people."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:slotkeeper:problem:slot_unavailable"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["slot_unavailable"])
    instance: str
    request_id: str
    errors: list[FieldError] | None = None
