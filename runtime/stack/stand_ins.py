"""The stand-ins for others' services: they start together, before what of ours calls them."""

import asyncio

from runtime.embedded.process import ManagedProcess
from runtime.stack.plan import StackPlan
from runtime.stack.processes import (
    answers_http,
    identity_process,
    mailbox_process,
    receiver_process,
    stripe_process,
)


class StandIns:
    """`processes`: by name. Nobody signs people in where the plan has nobody."""

    def __init__(self, plan: StackPlan) -> None:
        ports = plan.ports
        self.processes: dict[str, ManagedProcess] = {
            "stripe": stripe_process(plan),
            "mailbox": mailbox_process(plan),
            "receiver": receiver_process(plan),
        }
        self._answer = {
            "stripe": (ports.stripe, "/_simulator/dump"),
            "mailbox": (ports.mailbox, "/mails"),
            "receiver": (ports.receiver, "/"),
        }
        if plan.people:
            self.processes["identity"] = identity_process(plan)
            self._answer["identity"] = (ports.identity, "/.well-known/openid-configuration")

    async def start(self, name: str) -> None:
        """Returns when it answers. Raises EmbeddedServerFailed."""
        port, path = self._answer[name]
        process = self.processes[name]
        await process.start()
        await process.wait_until_ready(answers_http(port, path))

    async def stop(self, grace_s: float) -> None:
        ended = (process.terminate(grace_s) for process in self.processes.values())
        await asyncio.gather(*ended, return_exceptions=True)
