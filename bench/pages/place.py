"""Where pages are measured: a stack as `make up` starts it, drivers who are signed in, and one who has booked."""

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx

from bench.ground import Say
from runtime.stack.fixtures import CHARGERS, SITES
from runtime.stack.inhabited import forecourt_url, inhabited
from runtime.stack.plan import StackPlan, free_ports
from runtime.stack.stack import Stack
from simulator.identity.people import driver

SITE, BAY = SITES[0].id, CHARGERS[3].id
"""The bay that changes: of no pool that the others book."""
_BOOK = re.compile(r'href="(/book\?[^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`cookies`: of each driver's browser. `pages`: name → address, as the first of them may see it."""

    stack: Stack
    cookies: list[str]
    pages: dict[str, str]
    hands: httpx.AsyncClient
    """At the forecourt."""

    @property
    def bay(self) -> str:
        return f"/b/{BAY}/1"

    @property
    def site(self) -> str:
        return f"/s/{SITE}"

    def browser(self, number: int = 0) -> httpx.AsyncClient:
        headers = {"cookie": self.cookies[number], "accept": "text/html", "accept-encoding": "gzip"}
        return httpx.AsyncClient(
            base_url=self.stack.api_url, headers=headers, timeout=60, trust_env=False, follow_redirects=False
        )

    async def change(self, *, works: bool) -> None:
        """The bay breaks, or works again: its charger says so, and returns when it was answered."""
        deed = "mend" if works else "fail"
        answer = await self.hands.post(f"/bays/{BAY}/1/{deed}")
        if answer.is_error:
            answer.raise_for_status()


@asynccontextmanager
async def opened(drivers: int, say: Say) -> AsyncIterator[Place]:
    say("starting a whole stack")
    people = tuple(driver(f"looker-{n}", f"Looker {n}", f"looker-{n}@example.org") for n in range(drivers))
    with tempfile.TemporaryDirectory(prefix="slotkeeper-bench-") as folder:
        plan = StackPlan(folder=Path(folder), ports=free_ports(), keep=False, ui=False, people=people)
        plan.logs.mkdir()
        async with inhabited(plan) as (stack, _tokens):
            say(f"signing in {drivers} drivers")
            cookies = [await _signed_in(stack, one.subject) for one in people]
            pages = await _pages(stack, cookies[0], people[0].subject)
            async with httpx.AsyncClient(base_url=forecourt_url(plan), trust_env=False) as hands:
                yield Place(stack=stack, cookies=cookies, pages=pages, hands=hands)


async def _signed_in(stack: Stack, subject: str) -> str:
    """The cookies of a browser that has been to the issuer and back. Raises httpx.HTTPError."""
    async with httpx.AsyncClient(base_url=stack.pages_url, trust_env=False, follow_redirects=True) as http:
        answer = await http.get("/sign-in", params={"hint": subject, "back": "/me"})
        answer.raise_for_status()
        return "; ".join(f"{one.name}={one.value}" for one in http.cookies.jar if not one.is_expired())


async def _pages(stack: Stack, cookie: str, subject: str) -> dict[str, str]:
    """The driver's pages, with one reservation."""
    start = datetime.now(UTC) + timedelta(days=1)
    order = {
        "site_id": SITE,
        "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat(),
        "payment_method": "pm_card_visa",
    }
    token = {"Authorization": f"Bearer {stack.issuer.driver(subject)}", "Idempotency-Key": "bench"}
    async with httpx.AsyncClient(base_url=stack.api_url, timeout=60, trust_env=False) as http:
        booked = await http.post("/v1/reservations", json=order, headers=token)
        booked.raise_for_status()
        code = booked.json()["reservation"]["code"]
        day = start.date().isoformat()
        times = await http.get(f"/s/{SITE}", params={"day": day}, headers={"cookie": cookie})
        offered = _BOOK.findall(times.text)
    return {
        "home": "/",
        "sites": "/sites",
        "site": f"/s/{SITE}?day={day}",  # with all its times: of today there are few left in the evening
        "bay": f"/b/{BAY}/1",
        "book": unescape(offered[-1]),
        "reservation": f"/r/{code}",
        "mine": "/me",
    }
