"""A charger asks for a certificate: answered at once, signed by the operator's authority, and then sent to it.

Where no authority is configured, or the request is not this charger's own, it is told Rejected (2.x: and why).
"""

import asyncio
from datetime import UTC, datetime

import structlog

from domain.charging.certificates import CertificateSigned
from ocpp_gateway.duties.certificates.authority import Authority, AuthorityFailed
from ocpp_gateway.duties.certificates.requests import (
    RefusedRequest,
    SigningRequest,
    UnusableChain,
    read_chain,
    read_request,
)
from ocpp_gateway.duties.live_chargers import LiveCharger
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.wire.answers import SigningAnswer
from ocpp_gateway.wire.reports import CertificateAsked

log = structlog.get_logger(__name__)

_AT_ONCE = 4
_MOST_WAITING = 200


class CertificateSigning:
    """One request a charger at a time. `authority` None: everything is refused."""

    def __init__(self, authority: Authority | None = None) -> None:
        self._authority = authority
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def take(self, received: ReceivedCall, report: CertificateAsked) -> Outcome:
        """What the charger is answered; signing begins when it is (`sign`)."""
        try:
            if self._authority is None:
                raise RefusedRequest("NoAuthority", "no certificate authority is configured here")
            if not report.own:
                raise RefusedRequest("NotThisUse", "only the charger's own certificate is signed here")
            read_request(report.csr, received.charger_id)
            if received.charger_id in self._tasks or len(self._tasks) >= _MOST_WAITING:
                raise RefusedRequest("Busy", "another request is being signed; ask again")
        except RefusedRequest as refused:
            log.warning(
                "certificate_refused", charger=received.charger_id, code=refused.code, reason=str(refused)
            )
            return Outcome(answer=SigningAnswer(accepted=False, code=refused.code, reason=str(refused)))
        return Outcome(answer=SigningAnswer(accepted=True), to_sign=report)

    def sign(self, charger: LiveCharger, report: CertificateAsked) -> None:
        """Have it signed and sent. What goes wrong is logged: a charger asks again by itself (A02.FR.17)."""
        if self._authority is None or charger.charger_id in self._tasks:
            return
        request = read_request(report.csr, charger.charger_id)
        task = asyncio.create_task(self._sign(self._authority, charger, request, report.request_id))
        self._tasks[charger.charger_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(charger.charger_id, None))

    async def _sign(
        self, authority: Authority, charger: LiveCharger, request: SigningRequest, request_id: int | None
    ) -> None:
        name = charger.charger_id
        try:
            async with self._turn:
                answer = await authority.sign(name, request.pem)
            chain = read_chain(answer, request, name, datetime.now(UTC))
            reply = await charger.command(CertificateSigned(chain=chain, request_id=request_id))
            log.info("certificate_sent", charger=name, outcome=reply.outcome.value, detail=reply.detail)
        except (AuthorityFailed, UnusableChain) as error:
            log.error("certificate_not_signed", charger=name, code=error.code, reason=str(error))
        except Exception:
            log.exception("certificate_not_signed", charger=name)

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
