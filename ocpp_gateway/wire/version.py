"""The one seam of a protocol version: what it must provide, and what all versions do alike with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from domain.charging.capabilities import Findings
from domain.charging.commands import Command, CommandOutcome, CommandReply
from domain.charging.quirks import Quirk
from domain.charging.recommended import keys_to_ask
from ocpp_gateway.wire import schemas
from ocpp_gateway.wire.answers import (
    Acknowledged,
    Answer,
    BootAnswer,
    SigningAnswer,
    TimeAnswer,
    TokenAnswer,
    TransactionAnswer,
    UnknownVendor,
)
from ocpp_gateway.wire.configuration_values import Values
from ocpp_gateway.wire.decoders import decoder_for
from ocpp_gateway.wire.oddities import oddities
from ocpp_gateway.wire.problems import MessageProblem, OcppProblem
from ocpp_gateway.wire.repair import Unrepairable, repaired
from ocpp_gateway.wire.reply_repair import repaired_reply
from ocpp_gateway.wire.reports import CertificateAsked, Noted, Report, VendorData
from ocpp_gateway.wire.timestamps import write_time
from ocpp_gateway.wire.unsayable import Unsayable, Why

Payload = dict[str, Any]
CommandCall = tuple[str, Payload]
"""Action and payload of a call of ours."""

ReadCall = Callable[[Any, datetime], Report]
"""From a decoded CALL (a struct of `decoders`) and the time it came. Raises OcppProblem."""
WriteVerdict = Callable[[str, TokenAnswer | TransactionAnswer], Payload]
"""To the payload that answers a call of that action about a token or a transaction."""
WriteCommand = Callable[[Command], CommandCall]
"""Raises Unsayable."""
ReadReply = Callable[[Command, Payload], CommandReply]
"""From the CALLRESULT to a command, valid against its schema."""
ReadCapabilities = Callable[[Values], Findings]
"""From what the charger answered to `capability_keys`. Never raises."""

_NUL = b"\\u0000"
"""No field of OCPP has a use for it, and Postgres cannot store it."""
_NOTED = Noted()


class Version:
    """One OCPP version as the gateway speaks it. It is made of what a version must provide:

    `number`: `1.6`, `2.0.1` or `2.1`. `reads`: how the CALL of each served action becomes a report. `noted`: actions
    that are checked and acknowledged, no more; the version's other actions are refused as not ours. `error_codes`:
    its code for every MessageProblem. `capability_keys`: what to ask a charger about its abilities, request by request.
    `has_one_way`: does it know CALLRESULTERROR and SEND? `asks_by_transaction`: is there a GetTransactionStatus? The
    others put answers and commands into its words, and read
    its replies and what a charger says about itself.
    """

    def __init__(
        self,
        number: str,
        *,
        reads: Mapping[str, ReadCall],
        noted: frozenset[str],
        error_codes: Mapping[MessageProblem, str],
        write_verdict: WriteVerdict,
        write_command: WriteCommand,
        read_reply: ReadReply,
        capability_keys: tuple[tuple[str, ...], ...],
        read_capabilities: ReadCapabilities,
        has_one_way: bool = False,
        asks_by_transaction: bool = True,
    ) -> None:
        self.number = number
        self.subprotocol = f"ocpp{number}"
        self._error_codes = error_codes
        self._write_verdict = write_verdict
        self._write_command = write_command
        self._read_reply = read_reply
        self._read_capabilities = read_capabilities
        self.capability_keys = capability_keys
        self.configuration_keys = keys_to_ask(number)
        self.has_one_way = has_one_way
        self.asks_by_transaction = asks_by_transaction
        served = dict.fromkeys(noted, _note) | dict(reads)
        self._served = {
            action: (decoder.decode, read)
            for action, read in served.items()
            if (decoder := decoder_for(number, action)) is not None
        }
        self.served = frozenset(self._served)
        self._by_lower = {action.lower(): action for action in self._served}

    # -- the charger's calls ------------------------------------------------------------------------------
    def meant(self, action: str) -> str | None:
        """The action served here that is written so, but for its letters' case and blanks around it."""
        return self._by_lower.get(action.strip("\0 \t\r\n").lower())

    def read_call(self, action: str, payload: bytes, received_at: datetime) -> Report:
        """A CALL's payload in the domain's words. Raises OcppProblem."""
        call = self._decoded(action, payload)
        return self._served[action][1](call, received_at)

    def _decoded(self, action: str, payload: bytes) -> Any:
        served = self._served.get(action)
        if served is None:
            raise self._unserved(action)
        if _NUL in payload:
            raise OcppProblem(MessageProblem.WRONG_VALUE, "a text contains the NUL character")
        try:
            return served[0](payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise schemas.name_fault(self.number, action, payload) from error

    def hear_call(
        self, action: str, payload: bytes, received_at: datetime
    ) -> tuple[Report, tuple[Quirk, ...]]:
        """As `read_call`; what breaks its schema is mended where nothing that we need is in doubt, and noted.

        Raises OcppProblem, which names what the schema says is wrong.
        """
        try:
            call = self._decoded(action, payload)
            return self._served[action][1](call, received_at), oddities(action, call)
        except OcppProblem as fault:
            if action not in self._served:
                raise
            try:
                call, quirks = repaired(self.number, action, payload)
                report = self._served[action][1](call, received_at)
                return report, (*quirks, *oddities(action, call))
            except (Unrepairable, OcppProblem):
                raise fault from None

    def _unserved(self, action: str) -> OcppProblem:
        if schemas.exists(self.number, action):
            return OcppProblem(MessageProblem.NOT_OURS, f"{action} is not served here")
        return OcppProblem(MessageProblem.UNKNOWN_ACTION, "there is no such action")

    def write_answer(self, action: str, answer: Answer) -> Payload:
        """The payload of the CALLRESULT for a call of `action`."""
        match answer:
            case Acknowledged():
                return {}
            case TimeAnswer():
                return {"currentTime": write_time(answer.now)}
            case TokenAnswer() | TransactionAnswer():
                return self._write_verdict(action, answer)
            case BootAnswer():
                return {
                    "status": "Accepted",
                    "currentTime": write_time(answer.now),
                    "interval": answer.interval_s,
                }
            case SigningAnswer():
                return _signing(answer, tells_why=self.number != "1.6")
            case UnknownVendor():
                return {"status": "UnknownVendorId"}

    def error_code(self, problem: MessageProblem) -> str:
        """The OCPP error code of the CALLERROR."""
        return self._error_codes[problem]

    def read_capabilities(self, answers: Values) -> Findings:
        """What the charger says it can do, by what it answered to `capability_keys`."""
        return self._read_capabilities(answers)

    # -- our commands -------------------------------------------------------------------------------------
    def write_command(self, command: Command) -> CommandCall:
        """Action and payload, checked to the letter. Raises Unsayable."""
        action, payload = self._write_command(command)
        try:
            schemas.check_call(self.number, action, payload)
        except OcppProblem as fault:
            raise Unsayable(Why.BREAKS_SCHEMA, fault.description) from fault
        return action, payload

    def read_reply(self, command: Command, payload: bytes) -> CommandReply:
        """What a CALLRESULT means; one that breaks its schema is NO_RESPONSE: nobody knows what happened."""
        action, _ = self._write_command(command)
        try:
            result = schemas.decode_result(self.number, action, payload)
        except OcppProblem as fault:
            return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail=fault.description)
        return self._read_reply(command, result)

    def hear_reply(self, command: Command, payload: bytes) -> tuple[CommandReply, tuple[Quirk, ...]]:
        """As `read_reply`; what breaks its schema is mended where what we need is not in doubt, and noted."""
        action, _ = self._write_command(command)
        try:
            return self._read_reply(command, schemas.decode_result(self.number, action, payload)), ()
        except OcppProblem as fault:
            try:
                result, quirks = repaired_reply(self.number, action, payload)
            except Unrepairable:
                return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail=fault.description), ()
            return self._read_reply(command, result), quirks


def _note(call: Any, received_at: datetime) -> Report:
    return _NOTED


def _signing(answer: SigningAnswer, *, tells_why: bool) -> Payload:
    written: Payload = {"status": "Accepted" if answer.accepted else "Rejected"}
    if answer.code and tells_why:
        written["statusInfo"] = {"reasonCode": answer.code, "additionalInfo": answer.reason[:512]}
    return written


def read_signing(call: Any, received_at: datetime) -> Report:
    """1.6 has neither a use nor a number; 2.1 has both."""
    use = getattr(call, "certificate_type", None)
    return CertificateAsked(
        csr=call.csr or "",
        own=use in (None, "ChargingStationCertificate"),
        request_id=getattr(call, "request_id", None),
    )


def read_data_transfer(call: Any, received_at: datetime) -> Report:
    return VendorData()
