"""Tables that are handed over on a page, as a browser sends a file."""

from typing import Any

import httpx
import pytest

from tests.api.web.visits import Browser, form_token_in

no_table = pytest.mark.parametrize("content", [b"", b"\x00\x01", b"a,b\n1,2\n", b"x" * 200_001])


async def hand_over(browser: Browser, address: str, content: bytes) -> httpx.Response:
    """By the form of the page at `address`."""
    token = form_token_in(await browser.get(address))
    own: dict[str, Any] = {"Origin": "http://slotkeeper.test", "Sec-Fetch-Site": "same-origin"}
    files = {"file": ("table.csv", content)}
    return await browser.http.post(address, data={"form_token": token}, files=files, headers=own)
