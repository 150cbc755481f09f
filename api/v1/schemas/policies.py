"""A site's policy and tariff over the wire: documents whose members are those of the domain's rules."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from api.v1.schemas.fields import Answer, Body, Instant, MoneyOut, Reason

_DEEPEST = 8
_MOST_MEMBERS = 200


def _modest(value: dict[str, Any]) -> dict[str, Any]:
    if _depth(value) > _DEEPEST or len(value) > _MOST_MEMBERS:
        raise ValueError(f"has at most {_MOST_MEMBERS} members, {_DEEPEST} deep")
    return value


def _depth(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(part) for part in parts), default=0)


Members = Annotated[
    dict[str, Any],
    AfterValidator(_modest),
    Field(
        description="What is to change, member by member (RFC 7396): an object is gone into, a list is replaced, null "
        "sets the default, what is left out stays. Durations are ISO 8601, amounts `{minor, currency}`"
    ),
]


_WALK_INS: JsonDict = {
    "currency": "EUR",
    "energy_per_kwh": {"minor": 59, "currency": "EUR"},
    "time_per_minute": {"minor": 0, "currency": "EUR"},
    "session_fee": {"minor": 0, "currency": "EUR"},
}


class WritePolicyIn(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rules": {"grace": "PT20M"}, "reason": "Roadworks until spring"}]}
    )

    rules: Members
    valid_from: Instant | None = Field(default=None, description="Default: now")
    reason: Reason = ""


class PreviewPolicyIn(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"rules": {"grace": "PT20M"}}]})

    rules: Members


class WriteTariffIn(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rules": {"energy_per_kwh": {"minor": 52, "currency": "EUR"}},
                    "reason": "Dearer at our supplier's",
                }
            ]
        }
    )

    rules: Members
    valid_from: Instant | None = Field(default=None, description="Default: now")
    reason: Reason = ""


class PreviewTariffIn(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rules": {"energy_per_kwh": {"minor": 52, "currency": "EUR"}}}]}
    )

    rules: Members


class WriteWalkInTariffIn(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rules": _WALK_INS, "reason": "Priced by us from now on"}]}
    )

    rules: Members | None = Field(description="null: walk-ins are not priced any more")
    valid_from: Instant | None = Field(default=None, description="Default: now")
    reason: Reason = ""


class PreviewWalkInTariffIn(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"rules": _WALK_INS}]})

    rules: Members


class WalkInTariffOut(Answer):
    version: int
    valid_from: datetime
    rules: dict[str, Any] | None = Field(description="The whole tariff; null: walk-ins are not priced")


class WalkInTariffsOut(Answer):
    items: list[WalkInTariffOut] = Field(description="Empty: walk-ins were never priced")


class DocumentVersionOut(Answer):
    version: int
    valid_from: datetime
    rules: dict[str, Any] = Field(description="The whole document")


class DocumentVersionsOut(Answer):
    items: list[DocumentVersionOut] = Field(description="Empty: the default holds for the site")


class ChangedMemberOut(Answer):
    member: str = Field(description="With dots, as `slots.longest`")
    before: Any
    after: Any


class PreviewedPricesOut(Answer):
    """Before what demand, a card's least charge and a membership make of them."""

    energy_per_kwh: MoneyOut
    time_per_minute: MoneyOut
    reservation_fee: MoneyOut


class BandPricesOut(Answer):
    band: str = Field(description="Of the price rules in force; empty: none decides")
    start: datetime = Field(description="Of the slot that is priced: the next one of the band")
    before: PreviewedPricesOut
    after: PreviewedPricesOut


class VanishingWindowsOut(Answer):
    """Free windows that are shown now and would not be."""

    pool_id: str
    connector_type: str
    duration_seconds: int
    windows: int
    first: datetime
    last: datetime
    complete: bool = Field(description="false: there are more than are looked at; these are the first")


class AudienceOut(Answer):
    tier: str | None = Field(description="Its members; null: not of a tier")
    group_id: str | None = Field(
        description="Who is in that group of drivers; null, as `tier`: everybody else"
    )


class EffectOut(AudienceOut):
    figures: list[ChangedMemberOut] = Field(description="Of the policy, as they get it")
    prices: list[BandPricesOut] = Field(description="That become others, with nothing else booked yet")
    windows: list[VanishingWindowsOut]


class DocumentPreviewOut(Answer):
    rules: dict[str, Any] = Field(description="The whole document as it would be")
    changes: list[ChangedMemberOut] = Field(description="For what is booked from then on")
    bookings: int = Field(description="Open reservations at the site: each keeps what its driver accepted")
    effects: list[EffectOut] = Field(
        description="Those for whom it would be a change: everybody, members of a tier, who is in a group"
    )
