"""Brings the schedules of reconciler and comparison up to date, for as long as that takes."""

import asyncio

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.readiness.findings import NOT_SCHEDULED
from runtime.readiness.process import own_need
from runtime.readiness.readiness import Need
from workflows.reconciliation.schedule import Times, ensure_schedules

_AGAIN_S = 5.0

_log = structlog.get_logger()


class Schedules:
    """Reservations need not wait for them."""

    def __init__(self, times: Times, *, again_s: float = _AGAIN_S) -> None:
        self._times = times
        self._again_s = again_s
        self._failing = False

    @property
    def need(self) -> Need:
        """A finding from the first attempt that fails until one succeeds."""
        return own_need("schedules", lambda: not self._failing, NOT_SCHEDULED)

    async def keep(self, client: Client) -> None:
        """Returns once they are up to date."""
        while True:
            try:
                await ensure_schedules(client, self._times)
            except RPCError as error:
                _log.warning("not_scheduled", status=error.status.name, error=error.message)
            except Exception:  # noqa: BLE001 - without them nobody looks after what is lost: never end unheard
                _log.exception("not_scheduled")
            else:
                self._failing = False
                return
            self._failing = True
            await asyncio.sleep(self._again_s)
