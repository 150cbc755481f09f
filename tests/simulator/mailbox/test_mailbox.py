"""Whatever is sent to anybody is seen in the mailbox, and does nothing there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import aiosmtplib
import httpx

from simulator.mailbox.app import create_app
from simulator.mailbox.mails import Mails
from simulator.mailbox.smtp import serve_smtp


@asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[int, httpx.AsyncClient]]:
    mails = Mails()
    smtp = await serve_smtp(mails, "127.0.0.1", 0)
    transport = httpx.ASGITransport(app=create_app(mails))
    async with httpx.AsyncClient(transport=transport, base_url="http://mailbox") as http:
        yield smtp.sockets[0].getsockname()[1], http
    smtp.close()
    await smtp.wait_closed()


async def send(port: int, to: str, subject: str, html: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "us@charging.example", to, subject
    mail.set_content("As text")
    mail.add_alternative(html, subtype="html")
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=port, start_tls=False)


async def test_the_newest_is_open_and_each_is_found_by_whom_it_is_to() -> None:
    async with mailbox() as (port, http):
        assert "No mail yet" in (await http.get("/")).text
        await send(port, "ana@drivers.example", "First", "<p>one</p>")
        await send(port, "ben@drivers.example", "Second", "<p>two</p>")
        page = (await http.get("/")).text
        assert page.index("Second") < page.index("First")
        assert "/mails/2.html" in page
        (found,) = (await http.get("/mails", params={"to": "ana@drivers.example"})).json()
        assert (found["subject"], found["text"].strip()) == ("First", "As text")
        assert "/mails/1.html" in (await http.get("/", params={"number": 1})).text


async def test_a_mail_runs_nothing_in_the_page_that_shows_it() -> None:
    async with mailbox() as (port, http):
        await send(port, "ana@drivers.example", "<script>alert(1)</script>", "<script>alert(2)</script>")
        page = await http.get("/")
        assert "<script>" not in page.text
        shown = await http.get("/mails/1.html")
        for answer in (page, shown):
            assert "script-src" not in answer.headers["content-security-policy"]
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "sandbox" in shown.headers["content-security-policy"]
        assert (await http.get("/mails/9.html")).status_code == 404
