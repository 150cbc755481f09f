"""What a worker sends by, by the settings."""

from contextlib import AsyncExitStack

from domain.telling.channels import Channel
from runtime.channels import PhoneSettings, PushSettings, push_key_by, wrong_setting
from runtime.mail import MailSettings, mailing_of, pages_of, waits_of
from telling.gateway import Gateway
from telling.post import Post
from telling.push import Pushing
from webhooks.outgoing import new_client
from webhooks.outside import OutsideTransport
from webhooks.signature import BadSecret, key_of


def post_of(mail: MailSettings, push: PushSettings, phones: PhoneSettings, cleanup: AsyncExitStack) -> Post:
    """`cleanup`: closes its connections. Raises CannotStart."""
    pages, key, gateways = pages_of(mail), push_key_by(push), _gateways(phones, cleanup)
    if (key is not None or gateways) and not pages.origin:
        raise wrong_setting("SLOTKEEPER_MAIL_PAGES_URL", "what people are told leads to pages")
    pushing = None
    if key is not None:
        http = new_client(OutsideTransport())
        cleanup.push_async_callback(http.aclose)
        pushing = Pushing(key=key, http=http)
    return Post(
        mailing=mailing_of(mail), pushing=pushing, gateways=gateways, pages=pages, waits=waits_of(mail)
    )


def _gateways(phones: PhoneSettings, cleanup: AsyncExitStack) -> list[Gateway]:
    configured = {
        Channel.SMS: (phones.sms_webhook, phones.sms_webhook_secret),
        Channel.VOICE: (phones.voice_webhook, phones.voice_webhook_secret),
    }
    found = []
    for channel, (url, secret) in configured.items():
        if url is None or secret is None:
            continue
        try:
            key = key_of(secret.get_secret_value())
        except BadSecret as error:
            raise wrong_setting(f"SLOTKEEPER_{channel.upper()}_WEBHOOK_SECRET", str(error)) from error
        http = new_client()
        cleanup.push_async_callback(http.aclose)
        found.append(Gateway(channel=channel, url=str(url), key=key, http=http))
    return found
