"""What an answer to RCPT says of whom: of the recipient, of this mail, of us, or nothing for good."""

from email.message import EmailMessage

import pytest

from delivery.target import TargetAway, TryAgain
from telling.answers import Bounced, Refused
from telling.mail_server import send
from tests.telling.postbox import Postbox

ADA = "ada@drivers.example"


@pytest.mark.parametrize(
    ("answer", "meant", "codes"),
    [
        ("550 5.1.1 user unknown", Bounced, "550 5.1.1"),
        ("550 5.1.2 no such host", Bounced, "550 5.1.2"),
        ("553 5.1.3 bad address syntax", Bounced, "553 5.1.3"),
        ("551 5.1.6 moved", Bounced, "551 5.1.6"),
        ("556 5.1.10 null MX", Bounced, "556 5.1.10"),
        ("550 5.2.1 mailbox disabled", Bounced, "550 5.2.1"),
        ("550 no such user", Bounced, "550"),
        ("551 user not local", Bounced, "551"),
        ("553 mailbox name not allowed", Bounced, "553"),
        # Postfix with smtpd_delay_reject: about the client, the login or the sender, and said at RCPT.
        ("554 5.7.1 Relay access denied", TargetAway, "554 5.7.1"),
        ("550 5.7.1 Client host rejected", TargetAway, "550 5.7.1"),
        ("553 5.7.1 Sender address rejected: not owned by user", TargetAway, "553 5.7.1"),
        ("550 5.7.26 unauthenticated sender", TargetAway, "550 5.7.26"),
        ("550 5.1.8 Sender address rejected: Domain not found", TargetAway, "550 5.1.8"),
        ("553 5.1.7 Sender address rejected", TargetAway, "553 5.1.7"),
        ("530 5.7.0 Authentication required", TargetAway, "530 5.7.0"),
        ("530 Authentication required", TargetAway, "530"),
        ("421 4.3.2 shutting down", TargetAway, "421 4.3.2"),
        # Of this mail, or of nobody knows whom.
        ("550 5.1.0 Address rejected", Refused, "550 5.1.0"),
        ("552 5.2.2 mailbox full", Refused, "552 5.2.2"),
        ("552 mailbox full", Refused, "552"),
        ("550 5.4.1 Access denied", Refused, "550 5.4.1"),
        ("550 5.5.1 no", Refused, "550 5.5.1"),
        ("554 transaction failed", Refused, "554"),
        ("501 syntax", Refused, "501"),
        ("450 4.7.1 greylisted", TryAgain, "450 4.7.1"),
        ("452 4.2.2 mailbox full", TryAgain, "452 4.2.2"),
    ],
)
async def test_only_what_is_said_of_the_recipient_is_held_against_the_recipient(
    postbox: Postbox, answer: str, meant: type[Exception], codes: str
) -> None:
    postbox.at_rcpt = lambda _: answer
    mail = EmailMessage()
    mail.set_content("hello")
    with pytest.raises(meant) as said:
        await send(postbox.server, mail, ADA)
    assert str(said.value) == codes
