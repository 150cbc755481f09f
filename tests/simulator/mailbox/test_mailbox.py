"""Whatever is sent to anybody is seen in the mailbox, and does nothing there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import aiosmtplib
import httpx

from simulator.mailbox.app import create_app
from simulator.mailbox.mails import Mails
from simulator.mailbox.smtp import serve_smtp
from simulator.mailbox.texts import Texts
from webhooks.signature import signed_headers

KEY = bytes(32)


@asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[int, httpx.AsyncClient]]:
    mails = Mails()
    smtp = await serve_smtp(mails, "127.0.0.1", 0)
    transport = httpx.ASGITransport(app=create_app(mails, Texts(KEY)))
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
        for answer, scripts in ((page, ["script-src 'self'"]), (shown, [])):
            policy = answer.headers["content-security-policy"].split("; ")
            assert [one for one in policy if one.startswith("script-src")] == scripts
            assert "default-src 'none'" in policy
        assert "sandbox" in shown.headers["content-security-policy"]
        assert (await http.get("/mails/9.html")).status_code == 404


async def text(
    http: httpx.AsyncClient, durable_id: str, to: str, said: str, key: bytes = KEY
) -> httpx.Response:
    document = {"id": durable_id, "channel": "sms", "to": to, "language": "en", "text": said}
    body = json.dumps(document).encode()
    return await http.post(
        "/texts", content=body, headers=signed_headers(key, durable_id, 1_900_000_000, body)
    )


async def test_texts_are_taken_once_and_shown_as_they_are() -> None:
    async with mailbox() as (_, http):
        for _again in range(2):
            assert (await text(http, "one", "+4930123456", "<b>Moved</b>")).status_code == 202
        (found,) = (await http.get("/texts", params={"to": "+4930123456"})).json()
        assert (found["channel"], found["text"]) == ("sms", "<b>Moved</b>")
        assert (await http.get("/texts", params={"to": "+49"})).json() == []
        page = (await http.get("/")).text
        assert "&lt;b&gt;Moved&lt;/b&gt;" in page


async def test_it_answers_as_a_gateway_does() -> None:
    async with mailbox() as (_, http):
        assert (await text(http, "one", "+4930123456", "Moved", key=b"x" * 32)).status_code == 401
        assert (await http.post("/texts", content=b"{}")).status_code == 401
        unusable = await text(http, "two", "+4930120000", "Moved")
        assert (unusable.status_code, unusable.json()["code"]) == (422, "number_unusable")
        assert (await http.get("/texts")).json() == []
