"""Whoever books after `make up` gets the mail: the driver's address counts, as their token proves it."""

import httpx

from runtime.stack.fixtures import DRIVER_MAIL
from runtime.stack.stack import Stack


async def let_driver_be_told(stack: Stack, token: str) -> None:
    """`token`: of the driver, with their address in it. Again, nothing changes. Raises httpx.HTTPError."""
    async with httpx.AsyncClient(base_url=stack.api_url, trust_env=False) as http:
        added = await http.post(
            "/v1/contact-points",
            json={"channel": "mail", "address": DRIVER_MAIL},
            headers={"Authorization": f"Bearer {token}"},
        )
    added.raise_for_status()
