"""What all protocol versions do alike: decode, translate, name faults. A version brings its own words."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from domain.charging.commands import Command, CommandOutcome, CommandReply
from domain.charging.tokens import normalised_token
from ocpp_gateway.wire import schemas
from ocpp_gateway.wire.answers import (
    Acknowledged,
    Answer,
    BootAnswer,
    TimeAnswer,
    TokenAnswer,
    TransactionAnswer,
    UnknownVendor,
)
from ocpp_gateway.wire.decoders import decoder_for
from ocpp_gateway.wire.problems import OcppProblem, Problem
from ocpp_gateway.wire.reports import Noted, Report, VendorData
from ocpp_gateway.wire.timestamps import write_time

Payload = dict[str, Any]
Said = tuple[str, Payload]
"""Action and payload of a call of ours."""

Reader = Callable[[Any, datetime], Report]
"""From a decoded message (a struct of `shapes`) and the time it came. Raises OcppProblem."""

_NUL = b"\\u0000"
"""No field of OCPP has a use for it, and Postgres cannot store it."""
_NOTED = Noted()


class Translation(ABC):
    """A dialect made of one version's words.

    `readers` and `noted` together are the actions that are served; the rest of the version's actions are
    refused as not ours.
    """

    def __init__(
        self,
        version: str,
        readers: Mapping[str, Reader],
        noted: frozenset[str],
        error_codes: Mapping[Problem, str],
    ) -> None:
        self.subprotocol = f"ocpp{version}"
        self._version = version
        self._error_codes = error_codes
        served = dict.fromkeys(noted, _note) | dict(readers)
        self._served = {
            action: (decoder.decode, reader)
            for action, reader in served.items()
            if (decoder := decoder_for(version, action)) is not None
        }

    def read(self, action: str, payload: bytes, received_at: datetime) -> Report:
        served = self._served.get(action)
        if served is None:
            raise self._unserved(action)
        decode, reader = served
        if _NUL in payload:
            raise OcppProblem(Problem.WRONG_VALUE, "a text contains the NUL character")
        try:
            told = decode(payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise schemas.name_fault(self._version, action, payload) from error
        return reader(told, received_at)

    def _unserved(self, action: str) -> OcppProblem:
        if schemas.exists(self._version, action):
            return OcppProblem(Problem.NOT_OURS, f"{action} is not served here")
        return OcppProblem(Problem.UNKNOWN_ACTION, "there is no such action")

    def error_code(self, problem: Problem) -> str:
        return self._error_codes[problem]

    def command(self, command: Command) -> Said:
        action, payload = self.write_command(command)
        try:
            schemas.check_call(self._version, action, payload)
        except OcppProblem as fault:
            raise ValueError(fault.description) from fault
        return action, payload

    def reply(self, command: Command, payload: bytes) -> CommandReply:
        action, _ = self.write_command(command)
        try:
            told = schemas.decode_result(self._version, action, payload)
        except OcppProblem as fault:
            return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail=fault.description)
        return self.read_reply(command, told)

    def write(self, action: str, answer: Answer) -> Payload:
        match answer:
            case Acknowledged():
                return {}
            case TimeAnswer():
                return {"currentTime": write_time(answer.now)}
            case TokenAnswer() | TransactionAnswer():
                return self.write_verdict(action, answer)
            case BootAnswer():
                return {
                    "status": "Accepted",
                    "currentTime": write_time(answer.now),
                    "interval": answer.interval_s,
                }
            case UnknownVendor():
                return {"status": "UnknownVendorId"}

    @abstractmethod
    def write_verdict(self, action: str, answer: TokenAnswer | TransactionAnswer) -> Payload:
        """The payload of the answer to a token or a transaction."""

    @abstractmethod
    def write_command(self, command: Command) -> Said:
        """Raises ValueError when the command cannot be said in this version."""

    @abstractmethod
    def read_reply(self, command: Command, told: Payload) -> CommandReply:
        """`told` is valid against the schema of the command's answer."""


def _note(told: Any, received_at: datetime) -> Report:
    return _NOTED


def read_data_transfer(told: Any, received_at: datetime) -> Report:
    return VendorData()


def read_token(text: str) -> str:
    """The normalised token. Raises OcppProblem WRONG_VALUE for a blank one, which would stand for nobody."""
    token = normalised_token(text)
    if not token:
        raise OcppProblem(Problem.WRONG_VALUE, "the token is blank")
    return token
