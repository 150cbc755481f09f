"""`make up`: the embedded stack, kept running until Ctrl-C, with chargers to book and tokens to book with."""

import asyncio
import contextlib
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.logging import configure_logging
from runtime.reset import IGNORE, IGNORE_ALL, is_used
from runtime.stack.charges import charge_a_little
from runtime.stack.fixtures import CHARGERS, NEWCOMERS_BAY, PEOPLE, SITES
from runtime.stack.inhabited import forecourt_url, inhabited
from runtime.stack.life import bring_life
from runtime.stack.plan import StackPlan, UpSettings, chosen_ports
from runtime.stack.shell import write_environment
from runtime.stack.stack import Stack
from runtime.stack.supervision import Supervision


def run_up(settings: UpSettings) -> int:
    """Run until SIGINT or SIGTERM. Returns the exit status."""
    try:
        with contextlib.ExitStack() as files:
            asyncio.run(_up(settings, files))
    except EmbeddedServerFailed as failure:
        print(f"\nThe stack did not start: {failure}", file=sys.stderr)
        print(f"\n{_advice(failure, settings)}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass  # Ctrl-C is how it ends
    print(
        "Stopped; nothing is left running. Data is kept: `make up` goes on with it, `make reset` clears it."
    )
    return 0


async def _up(settings: UpSettings, files: contextlib.ExitStack) -> None:
    _stop_on_signals()
    folder = settings.folder.resolve()
    if is_used(folder):
        raise EmbeddedServerFailed("folder_in_use", f"a stack runs already on {folder}")
    ports = chosen_ports(settings)  # before anything is made: a refused start leaves nothing behind
    _make(folder)
    plan = StackPlan(folder=folder, ports=ports, keep=True, offline_after_seconds=60, people=PEOPLE)
    plan.logs.mkdir(exist_ok=True)
    log = files.enter_context((plan.logs / "up.log").open("a"))
    configure_logging(log_format="console", process="up", stream=log)
    async with (
        inhabited(plan, say=lambda text: print(f"… {text}", flush=True)) as (stack, tokens),
        Supervision(stack.processes, ready=stack.answers, say=_note),
    ):
        environment = write_environment(stack, folder, tokens["operator"])
        print("… booking some slots of the coming days", flush=True)
        await bring_life(stack, datetime.now(UTC))
        print(welcome(stack, tokens, environment), flush=True)
        await charge_a_little(stack, datetime.now(UTC))
        await asyncio.Event().wait()


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        (folder / IGNORE).write_text(IGNORE_ALL)


def _stop_on_signals() -> None:
    """The first SIGINT or SIGTERM cancels the main task, at any stage; more of them do not cut the stopping short."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    signalled = False

    def stop() -> None:
        nonlocal signalled
        if task is not None and not signalled:
            signalled = True
            print("\nStopping …", flush=True)
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


def _note(text: str) -> None:
    print(f"! {text}", flush=True)


def _advice(failure: EmbeddedServerFailed, settings: UpSettings) -> str:
    match failure.code:
        case "port_in_use":
            return "Choose another port, e.g. SLOTKEEPER_UP_API_PORT=0 for any free one; see README."
        case "folder_in_use":
            return "Stop that one (Ctrl-C), or set SLOTKEEPER_UP_FOLDER and other ports; see README."
        case _:
            return f"The logs are in {settings.folder / 'logs'}; `make reset` starts from nothing."


def welcome(stack: Stack, tokens: dict[str, Path], environment: Path) -> str:
    """What is said once it is up: where everything is, and what to try first."""
    chargers = ", ".join(f"{plan.id} ({plan.version})" for plan in CHARGERS)
    return _WELCOME.format(
        api=stack.api_url,
        pages=stack.pages_url,
        ui=stack.ui_url,
        gateway=stack.gateway_url,
        postgres=stack.database_url.replace("+psycopg", "", 1),
        temporal=stack.temporal_address,
        stripe=stack.stripe_url,
        mailbox=stack.mailbox_url,
        forecourt=forecourt_url(stack.plan),
        receiver=stack.receiver_url,
        bay=NEWCOMERS_BAY,
        logs=stack.plan.logs,
        chargers=chargers,
        password=CHARGERS[0].password,
        site=SITES[0].id,
        environment=environment,
        python=sys.executable,
        **{f"{name}_file": path for name, path in tokens.items()},
    )


_WELCOME = """
Slotkeeper is up.

  Temporal UI      {ui}/namespaces/default/workflows
  OCPP gateway     {gateway}/<charger id>   (1.6, 2.0.1 and 2.1, Basic password “{password}”)
  Chargers         {chargers}
  Postgres         {postgres}
  Temporal         {temporal}
  Stripe stand-in  {stripe}/_simulator/dump
  Logs             {logs}
  Tokens           {driver_file}, {operator_file}, {fleet_file}   (Authorization: Bearer …)

For operators: docs/operating.md, in another terminal, after

  . '{environment}'

By the API: book a charger for two minutes from now, then look at it in the Temporal UI:

  at() {{ "{python}" -c "import datetime as d, sys; print((d.datetime.now(d.timezone.utc)
+ d.timedelta(minutes=int(sys.argv[1]))).isoformat())" "$1"; }}
  booking=$(curl -s {api}/v1/reservations \\
    -H "Authorization: Bearer $(cat '{driver_file}')" \\
    -H "Idempotency-Key: first-$(date +%s)" -H "Content-Type: application/json" \\
    -d "{{\\"site_id\\": \\"{site}\\", \\"payment_method\\": \\"pm_card_visa\\",
      \\"start\\": \\"$(at 2)\\", \\"end\\": \\"$(at 32)\\"}}")
  printf '%s' "$booking" | "{python}" -m json.tool

A car waits at every charger: check in and start, and it plugs in and charges.

  code=$(printf '%s' "$booking" | "{python}" -c "import json, sys
print(json.load(sys.stdin)['reservation']['code'])")
  curl -s -X POST "{api}/v1/reservations/$code/check-in" \\
    -H "Authorization: Bearer $(cat '{driver_file}')" | "{python}" -m json.tool
  curl -s -X POST "{api}/v1/reservations/$code/start" \\
    -H "Authorization: Bearer $(cat '{driver_file}')" | "{python}" -m json.tool

In the browser, begin at

  {pages}/     who can look where, with a sign-in of one press

  Driver       {pages}/b/{bay}/1   is where the code at a bay leads (all of them: {pages}/s/{site}/signs)
               Sign in as Ana, book the bay, pay, “I am here”, “Start charging”; after a while “I am leaving”.
               Plug in and unplug at {forecourt}/ (who does not has a car that does it by itself).
               The mail and the receipt are at {mailbox}/
  Fleet        {pages}/fleet   as Dora: tick the vans and the days, “Book all of it”
  Operator     {pages}/sign-in?back=/operations   as Olga: each bay now, today, two weeks, what needs somebody
  Engineer     {pages}/docs   every operation
               {pages}/sign-in?back=/webhooks   as Eve: endpoints, what each was told, events sent once more
               {receiver}/   what webhooks tell, with each signature checked

Its newer chargers stood there offline for a week before, and told of it as they came: {pages}/me/charging has Ana's.
Once a day, as soon as it is up, Ben and two vans charge, one cancels, one does not come; receipts follow in a minute.
Ctrl-C stops everything; data is kept.
"""
