"""How a charger is set up, over the wire."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.charging.commands import CommandOutcome
from domain.charging.recommended import Match, SettingReason, Standing


class SettingOut(Answer):
    key: str = Field(examples=["MeterValueSampleInterval"])
    wanted: str = Field(examples=["60"])
    match: Match = Field(description="How `has` is held against `wanted`")
    has: str | None = Field(
        description="As the charger last told; null: it has not, or does not know the setting"
    )
    standing: Standing
    to_set: str | None = Field(
        description="What `apply-recommended` would set; null: nothing, or an operator has to choose"
    )
    reason: SettingReason
    text: str
    """What it is good for, in the reader's language."""


class SettingsOut(Answer):
    charger_id: str
    version: str = Field(
        examples=["1.6"], description="Whose profile it is compared with; empty: it never came"
    )
    read_at: datetime | None
    settings: list[SettingOut]


class SettingOutcomeOut(Answer):
    key: str
    outcome: CommandOutcome
    detail: str


class AppliedOut(Answer):
    outcomes: list[SettingOutcomeOut]
    settings: SettingsOut
