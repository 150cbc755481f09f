"""npm's `ocpp-rpc` as a charge point: a node process, steered by `charge_point.js`. It validates all it hears."""

import asyncio
import itertools
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.peers.npm import node
from tests.foreign.charge_point import Answers, CallRefused, ForeignChargePoint, Heard, Payload

_SCRIPT = Path(__file__).with_name("charge_point.js")
_PATIENCE_S = 30.0


class NpmChargePoint(ForeignChargePoint):
    def __init__(self, process: asyncio.subprocess.Process, answers: Answers) -> None:
        self.heard = Heard()
        self._process = process
        self._answers = answers
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Payload]] = {}
        self._open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(
        cls,
        surroundings: Mapping[str, str],
        *,
        url: str,
        identity: str,
        password: str,
        subprotocol: str,
        answers: Answers,
    ) -> "NpmChargePoint":
        process = await asyncio.create_subprocess_exec(
            *(node(), str(_SCRIPT), url, identity, password, subprotocol),
            env={**os.environ, **surroundings},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        charge_point = cls(process, answers)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await charge_point._open
        except BaseException:
            await charge_point.close()
            raise
        return charge_point

    async def call(self, action: str, payload: Payload) -> Payload:
        number = next(self._numbers)
        asked: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._asked[number] = asked
        self._tell({"call": number, "action": action, "payload": payload})
        async with asyncio.timeout(_PATIENCE_S):
            return await asked

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader

    def _tell(self, line: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._hear(json.loads(line))

    def _hear(self, said: dict[str, Any]) -> None:
        match said["event"]:
            case "open":
                self._open.set_result(None)
            case "refused":
                self._open.set_exception(CallRefused(said["text"]))
            case "answer":
                self._asked.pop(said["number"]).set_result(said["payload"])
            case "error":
                refused = CallRefused(f"{said['code']}: {said['text']}")
                self._asked.pop(said["number"]).set_exception(refused)
            case "invalid":
                self.heard.invalid.append(said["text"])
            case "call":
                self.heard.calls.append((said["action"], said["payload"]))
                answer = self._answers[said["action"]](said["payload"])
                self._tell({"answer": said["number"], "payload": answer})
