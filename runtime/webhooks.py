"""Whom webhooks tell, by the settings: whoever bills walk-ins, and engineers' endpoints."""

from typing import Annotated, Self

from pydantic import BeforeValidator, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.telling.local_receiver import LocalReceiver


class WalkInSettings(BaseSettings):
    """Whoever bills walk-ins: both, or neither. The same for all workers."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_WALK_INS_", env_ignore_empty=True)

    webhook_url: HttpUrl | None = None
    """Unset: nothing is recorded and nobody is told."""
    webhook_secret: SecretStr | None = None
    """`whsec_` and base64, as the Standard Webhooks specification has it."""

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.webhook_url is None) != (self.webhook_secret is None):
            raise ValueError("WEBHOOK_URL and WEBHOOK_SECRET go together")
        return self


def _local_receiver(said: object) -> object:
    return LocalReceiver(said) if isinstance(said, str) else said


class EndpointSettings(BaseSettings):
    """Of engineers' endpoints. The same for the API and all workers."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_ENDPOINTS_", env_ignore_empty=True)

    local_receiver: Annotated[LocalReceiver | None, NoDecode, BeforeValidator(_local_receiver)] = None
    """Of `make up`: the one receiver on this machine that may be called (`http://127.0.0.1:8027`). Unset: none is."""
