"""What is sent goes encrypted, to a server whose certificate somebody that we trust has signed, and with a password."""

import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from delivery.target import TargetAway
from telling.mail_server import Encryption, MailServer, send
from tests.ocpp_gateway.admission.certificates import Authority
from tests.telling.postbox import SENDER, Postbox, running_postbox

TO = "ada@drivers.example"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "mail")


@pytest.fixture
async def guarded(authority: Authority) -> AsyncIterator[Postbox]:
    """Offers STARTTLS, and takes mail after it only."""
    pair = authority.server()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)

    def known(
        _server: object, _session: object, _envelope: object, _mechanism: str, said: object
    ) -> AuthResult:
        right = isinstance(said, LoginPassword) and (said.login, said.password) == (b"us", b"hush-hush")
        return AuthResult(success=right, handled=False)

    async with running_postbox(
        tls_context=context, require_starttls=True, auth_required=True, authenticator=known
    ) as running:
        yield running


def server(postbox: Postbox, roots: Path | None, password: str = "hush-hush") -> MailServer:
    return MailServer(
        host="127.0.0.1",
        port=postbox.port,
        encryption=Encryption.STARTTLS,
        sender=SENDER,
        user="us",
        password=password,
        roots=roots,
        timeout_s=5.0,
    )


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, TO, "Hello"
    message.set_content("Hello")
    return message


async def test_it_is_sent_where_the_certificate_and_the_password_are_right(
    guarded: Postbox, authority: Authority
) -> None:
    await send(server(guarded, authority.root), mail(), TO)
    assert guarded.recipients == [TO]


async def test_a_server_that_nobody_vouches_for_gets_neither_mail_nor_password(guarded: Postbox) -> None:
    with pytest.raises(TargetAway):
        await send(server(guarded, None), mail(), TO)
    assert guarded.recipients == []


async def test_a_wrong_password_is_told_by_its_code_alone(guarded: Postbox, authority: Authority) -> None:
    with pytest.raises(TargetAway, match=r"^535 5\.7\.8$"):
        await send(server(guarded, authority.root, "guess"), mail(), TO)
    assert guarded.recipients == []
