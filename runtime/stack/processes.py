"""Our own processes as the stack starts them: command, environment, log file, and how readiness shows."""

import asyncio
import base64
import contextlib
import json
import os
import ssl
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.embedded.ports import LOOPBACK, free_port
from runtime.embedded.process import ManagedProcess, Probe
from runtime.stack.plan import REPOSITORY, StackPlan
from simulator.identity.people import written

STRIPE_KEY = "sk_test_slotkeeper"
WEBHOOK_SECRET = "whsec_slotkeeper"  # noqa: S105 - of the stand-in, protects nothing
GATEWAY_INSTANCE = "local"
_OURS = ("SLOTKEEPER_", "DATABASE_", "TEMPORAL_", "STRIPE_")
TEXT_SECRET = "whsec_" + base64.b64encode(b"texts-and-calls-of-the-mailbox").decode()
_PATIENCE_S = 2.0
_GATHERED_SECONDS = "3"
"""Whoever tries it out waits for the mail."""
_POLLERS_EVERY_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the processes are told about the servers."""

    database_url: str
    temporal_address: str
    stripe_url: str
    public_key_file: Path
    push_key: str = ""
    """Of the pushes to browsers: PEM; empty: there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One process of ours: the `number`-th of its `kind`. `port`: what it listens on; 0 for a worker."""

    kind: str
    number: int
    port: int

    @property
    def name(self) -> str:
        return self.kind if self.number == 1 else f"{self.kind}-{self.number}"

    @property
    def gateway_instance(self) -> str:
        return GATEWAY_INSTANCE if self.number == 1 else f"{GATEWAY_INSTANCE}-{self.number}"


def copies(plan: StackPlan) -> tuple[Copy, ...]:
    """All processes of ours that the plan wants."""
    first = {"api": plan.ports.api, "worker": 0, "gateway": plan.ports.gateway}

    def port(kind: str, number: int) -> int:
        return first[kind] if number == 1 or not first[kind] else free_port()

    return tuple(
        Copy(kind=kind, number=number, port=port(kind, number))
        for kind in first
        for number in range(1, plan.copies.get(kind, 1) + 1)
    )


def environment(plan: StackPlan, around: Surroundings, copy: Copy) -> dict[str, str]:
    """One environment, but for names and ports. What the shell says about another Slotkeeper is left behind."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return inherited | {
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": f"{LOOPBACK},localhost",
        "no_proxy": f"{LOOPBACK},localhost",
        "DATABASE_URL": around.database_url,
        "TEMPORAL_ADDRESS": around.temporal_address,
        "TEMPORAL_NAMESPACE": "default",
        "STRIPE_API_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_BASE": around.stripe_url,
        "SLOTKEEPER_JWT_PUBLIC_KEY_FILE": str(around.public_key_file),
        "SLOTKEEPER_API_PORT": str(copy.port),
        "SLOTKEEPER_GATEWAY_PORT": str(copy.port),
        "SLOTKEEPER_GATEWAY_INSTANCE": copy.gateway_instance,
        "SLOTKEEPER_GATEWAY_HEARTBEAT_SECONDS": str(plan.offline_after_seconds),
        "SLOTKEEPER_LOG_LEVEL": plan.log_level,
        "SLOTKEEPER_MAIL_HOST": LOOPBACK,
        "SLOTKEEPER_MAIL_PORT": str(plan.ports.mail),
        "SLOTKEEPER_MAIL_ENCRYPTION": "none",
        "SLOTKEEPER_MAIL_SENDER": "Example Charging <no-reply@charging.example>",
        "SLOTKEEPER_MAIL_PAGES_URL": pages_url(plan),
        "SLOTKEEPER_MAIL_NEWS_SECONDS": _GATHERED_SECONDS,
        "SLOTKEEPER_MAIL_RECORDS_SECONDS": _GATHERED_SECONDS,
        "SLOTKEEPER_ISSUER_NAME": "Example Charging GmbH",
        "SLOTKEEPER_ISSUER_ADDRESS": "Hafenstraße 1, 20457 Hamburg",
        "SLOTKEEPER_ISSUER_TAX_ID": "DE123456789",
        "SLOTKEEPER_PAGES_ADDRESS": pages_url(plan),
        "SLOTKEEPER_PAGES_PAYMENTS_STAND_IN": f"{around.stripe_url}/_simulator/checkout",
        "SLOTKEEPER_ENDPOINTS_LOCAL_RECEIVER": receiver_url(plan),
        "SLOTKEEPER_PAGES_BESIDE": json.dumps(_beside(plan)),
        "SLOTKEEPER_PUSH_KEY": around.push_key,
        "SLOTKEEPER_PUSH_CONTACT": "mailto:push@charging.example",
        **_phones(plan),
        **_identity(plan),
        **_watch(plan),
    }


def _beside(plan: StackPlan) -> dict[str, str]:
    """The stand-ins' own pages, by what they are."""
    ports = plan.ports
    return {
        "forecourt": f"http://{LOOPBACK}:{ports.forecourt}/",
        "mailbox": f"http://{LOOPBACK}:{ports.mailbox}/",
        "receiver": f"{receiver_url(plan)}/",
    }


def pages_url(plan: StackPlan) -> str:
    """By a name: browsers keep passkeys for names alone."""
    return f"http://localhost:{plan.ports.api}"


def receiver_url(plan: StackPlan) -> str:
    """Where engineers look what they would be told."""
    return f"http://{LOOPBACK}:{plan.ports.receiver}"


def _phones(plan: StackPlan) -> dict[str, str]:
    """The mailbox takes texts and calls, too."""
    gateway = f"http://{LOOPBACK}:{plan.ports.mailbox}/texts"
    return {
        f"SLOTKEEPER_{channel}_WEBHOOK{name}": value
        for channel in ("SMS", "VOICE")
        for name, value in (("", gateway), ("_SECRET", TEXT_SECRET))
    }


def _identity(plan: StackPlan) -> dict[str, str]:
    if not plan.people:
        return {}
    return {
        "SLOTKEEPER_PAGES_ISSUER": f"http://{LOOPBACK}:{plan.ports.identity}",
        "SLOTKEEPER_PAGES_CLIENT_ID": "slotkeeper-pages",
        "SLOTKEEPER_PAGES_DOORS": json.dumps([[one.subject, one.label, one.page] for one in plan.people]),
    }


def _watch(plan: StackPlan) -> dict[str, str]:
    watch = {} if plan.watch is None else asdict(plan.watch)
    return {f"SLOTKEEPER_GATEWAY_{name.upper()}": str(seconds) for name, seconds in watch.items()}


def python_process(
    name: str, arguments: list[str], plan: StackPlan, env: Mapping[str, str] | None = None
) -> ManagedProcess:
    """A Python process of this checkout, logging to `<folder>/logs/<name>.log`."""
    return ManagedProcess(
        name,
        [sys.executable, *arguments],
        log_file=plan.logs / f"{name}.log",
        env=env,
        cwd=REPOSITORY,
    )


def stripe_process(plan: StackPlan) -> ManagedProcess:
    """The stand-in for Stripe; its objects are kept when the plan keeps data."""
    webhook = f"http://{LOOPBACK}:{plan.ports.api}/v1/webhooks/stripe"
    arguments = ["-m", "simulator.stripe_api", "--port", str(plan.ports.stripe)]
    arguments += ["--api-key", STRIPE_KEY, "--webhook-url", webhook, "--webhook-secret", WEBHOOK_SECRET]
    if plan.keep:
        arguments += ["--state", str(plan.folder / "stripe.json")]
    return python_process("stripe", arguments, plan)


def identity_process(plan: StackPlan) -> ManagedProcess:
    """The stand-in for an issuer of identities."""
    arguments = ["-m", "simulator.identity", "--port", str(plan.ports.identity)]
    return python_process("identity", [*arguments, "--people", written(plan.people)], plan)


def mailbox_process(plan: StackPlan) -> ManagedProcess:
    """Takes all mail, texts and calls; what it has is gone when it ends."""
    options = ["--smtp-port", str(plan.ports.mail), "--port", str(plan.ports.mailbox)]
    options += ["--text-secret", TEXT_SECRET]
    return python_process("mailbox", ["-m", "simulator.mailbox", *options], plan)


def receiver_process(plan: StackPlan) -> ManagedProcess:
    """An engineer's receiver of webhooks; what it has is gone when it ends."""
    arguments = ["--port", str(plan.ports.receiver), "--secret-file", str(plan.receiver_secret)]
    return python_process("receiver", ["-m", "simulator.receiver", *arguments], plan)


async def listens(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    try:
        _reader, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


def answers_http(port: int, path: str) -> Probe:
    """Ready when GET `path` is answered with 200. Looks at the port first, which costs next to nothing."""
    url = f"http://{LOOPBACK}:{port}{path}"
    # Without TLS nobody has to be trusted, and reading whom one could trust takes 20 ms of processor a client.
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    async def probe() -> bool:
        if not await listens(port):
            return False
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE_S, trust_env=False, verify=trust) as client:
                return (await client.get(url)).status_code == 200
        except httpx.HTTPError:
            return False

    return probe


def polls(client: Client, process: ManagedProcess, queue: str, *, activities: bool = False) -> Probe:
    """Ready when this very process asks Temporal for work on `queue` (its identity starts with its pid)."""
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY if activities else TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
    )

    async def probe() -> bool:
        try:
            description = await client.workflow_service.describe_task_queue(
                request, timeout=timedelta(seconds=_PATIENCE_S)
            )
        except RPCError:
            return False
        if any(poller.identity.startswith(f"{process.pid}@") for poller in description.pollers):
            return True
        await asyncio.sleep(_POLLERS_EVERY_S)
        return False

    return probe
