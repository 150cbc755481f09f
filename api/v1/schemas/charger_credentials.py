"""Chargers' credentials and refused connections over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr, StringConstraints

from api.v1.schemas.fields import Answer, Body

# What 1.6 (AuthorizationKey) and 2.0.1 (BasicAuthPassword) both take; Basic credentials end at no colon of theirs.
_Password = Annotated[
    SecretStr, Field(min_length=16, max_length=40, json_schema_extra={"pattern": r"^[\x21-\x7e]{16,40}$"})
]


class RotatePasswordIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    password: _Password | None = Field(
        default=None,
        description="16 to 40 printable ASCII characters. Default: a random one is made and shown",
    )
    send: bool = Field(
        default=True, strict=True, description="Send it to the charger too, if it is connected"
    )
    replace_pending: bool = Field(
        default=False,
        strict=True,
        description="Give up a rotation that the charger has not completed. If the charger has taken that "
        "password, only the former one or this new one will let it in",
    )


class RotationOut(Answer):
    charger_id: str
    password: str | None = Field(
        description="Shown this once, and only when it was made here; only its hash is kept"
    )
    sent: str = Field(
        examples=["accepted"],
        description="The charger's answer; `charger_offline` or `not_asked` when nothing was sent. Accepted or "
        "not, the former password works until the charger connects with the new one",
    )
    detail: str


class SecurityProfileIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"security_profile": 2}]})

    security_profile: Annotated[int, Field(strict=True, ge=0, le=3)] | None = Field(
        description="The lowest OCPP security profile this charger may use: 0 none (only where the gateway "
        "allows it), 1 password, 2 TLS and password, 3 client certificate. Null: the gateway's own minimum"
    )


class SecurityProfileOut(Answer):
    charger_id: str
    security_profile: int | None = Field(description="Null: the gateway's own minimum")


class RefusedConnectionOut(Answer):
    identity: str = Field(
        description="As claimed; nobody has verified it. Empty: TLS ended before it was told"
    )
    code: str = Field(examples=["charger_unknown"])
    first_at: datetime
    last_at: datetime
    attempts: int
    remote: str = Field(examples=["203.0.113.7"])
    detail: str


class RefusedConnectionsOut(Answer):
    items: list[RefusedConnectionOut]
    next_cursor: str | None


Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_]+$")]
