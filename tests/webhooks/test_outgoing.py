"""What somebody asks for by `Retry-After` is understood, and no more than that."""

from datetime import timedelta

import pytest

from tests.telling.receiver import Says, running_receiver
from webhooks.outgoing import new_client, post

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("120", timedelta(minutes=2), timedelta(minutes=2)),
        ("0", timedelta(), timedelta()),
        ("99999999999999999999", HOUR, HOUR),
        ("Tue, 01 Jan 2999 00:00:00 GMT", HOUR, HOUR),
        ("Sat, 01 Jan 2000 00:00:00 GMT", timedelta(), timedelta()),
        ("soon", timedelta(), timedelta()),
        ("-5", timedelta(), timedelta()),
        ("Mon, 99 Nov 2026 99:99:99 GMT", timedelta(), timedelta()),
        ("", timedelta(), timedelta()),
    ],
)
async def test_nobody_makes_us_wait_for_more_than_an_hour(
    said: str, least: timedelta, most: timedelta
) -> None:
    async with running_receiver() as receiver, new_client() as http:
        receiver.otherwise = Says(503, headers={"retry-after": said})
        answer = await post(http, f"http://127.0.0.1:{receiver.port}/", b"", {})
    assert answer.status == 503
    assert least <= answer.pause <= most


async def test_of_an_answer_only_its_beginning_is_read_and_no_cookie_is_kept() -> None:
    async with running_receiver() as receiver, new_client() as http:
        receiver.otherwise = Says(200, body=b"x" * 1_000_000, headers={"set-cookie": "a=b; Path=/"})
        for _again in range(2):
            answer = await post(http, f"http://127.0.0.1:{receiver.port}/", b"", {})
    assert answer.is_taken
    assert len(answer.body) == 4_096
    assert all("cookie" not in came.headers for came in receiver.came)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://", "nonsense", "http://a..b/"])
async def test_where_nobody_is_it_says_so(url: str) -> None:
    async with new_client() as http:
        answer = await post(http, url, b"", {})
    assert (answer.status, answer.is_taken) == (0, False)
    assert answer.why
    assert "127.0.0.1" not in str(answer)
