"""Who bills walk-ins, by the settings."""

from runtime import start
from runtime.webhooks import WalkInSettings
from webhooks.signature import BadSecret, key_of
from webhooks.walk_ins import Receiver


def receiver_of(settings: WalkInSettings) -> Receiver | None:
    """Whoever bills walk-ins; None: nobody. Raises CannotStart."""
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    try:
        key = key_of(settings.webhook_secret.get_secret_value())
    except BadSecret as error:
        message = f"SLOTKEEPER_WALK_INS_WEBHOOK_SECRET: {error}"
        raise start.CannotStart(message, status=start.WRONG_SETTING) from error
    return Receiver(url=str(settings.webhook_url), key=key)
