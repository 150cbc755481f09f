"""Clients that race for one slot, in a process of their own: each has its own connection, waits as long as it is told
to, and asks again with the same key. Prints what each was told as one line of JSON.
"""

import argparse
import asyncio
import json
import ssl
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from api.tokens.local_issuer import LocalIssuer

_PENDING = 202
_PATIENCE_S = 60.0


async def race(url: str, issuer: LocalIssuer, clients: int, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Everybody asks at the same moment."""
    async with AsyncExitStack() as stack:
        context = ssl.create_default_context()
        everyone = [
            httpx.AsyncClient(base_url=url, timeout=_PATIENCE_S, verify=context, trust_env=False)
            for _ in range(clients)
        ]
        for http in everyone:
            stack.push_async_callback(http.aclose)
        return await asyncio.gather(*(_racer(http, issuer, n, body) for n, http in enumerate(everyone)))


async def _racer(
    http: httpx.AsyncClient, issuer: LocalIssuer, number: int, body: dict[str, Any]
) -> dict[str, Any]:
    """`codes`: of answers on the way that told to ask again. `seconds` until the last answer."""
    headers = {
        "Authorization": f"Bearer {issuer.driver(f'racer-{number}')}",
        "Idempotency-Key": f"race-{number}",
    }
    began, codes = time.monotonic(), list[str]()
    while True:
        response = await http.post("/v1/reservations", json=body, headers=headers)
        answer = response.json()
        if "Retry-After" not in response.headers:
            break
        codes.append("pending" if response.status_code == _PENDING else str(answer["code"]))
        await asyncio.sleep(float(response.headers["Retry-After"]))
    return {
        "status": response.status_code,
        "code": answer.get("code"),
        "alternatives": len(answer.get("alternatives", ())),
        "codes": codes,
        "seconds": time.monotonic() - began,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--keys", required=True, type=Path, help="the token issuer's folder")
    parser.add_argument("--clients", required=True, type=int)
    parser.add_argument("--body", required=True, type=json.loads)
    told = parser.parse_args()
    answers = asyncio.run(race(told.url, LocalIssuer.in_folder(told.keys), told.clients, told.body))
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
