"""`python -m simulator.charge_point`: keeps one charger connected until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.charge_point.messages import Message, encode
from simulator.charge_point.tls import client_context
from simulator.charge_point.virtual import VirtualChargePoint


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator.charge_point",
        description="One virtual charge point, kept connected to a CSMS until SIGTERM. "
        "It prints one line per OCPP frame and reconnects by itself.",
    )
    parser.add_argument(
        "--url", required=True, help="ws://host:port/ocpp or wss://…; the identity is appended"
    )
    parser.add_argument("--id", required=True, dest="identity", help="charge point identity")
    parser.add_argument("--version", choices=["1.6", "2.0.1", "2.1"], default="1.6", help="default 1.6")
    parser.add_argument("--password", help="Basic authentication; none when left out")
    parser.add_argument("--ca", type=Path, help="PEM roots to trust for wss; default: the system's")
    parser.add_argument("--cert", type=Path, help="PEM certificate of the charger (security profile 3)")
    parser.add_argument("--key", type=Path, help="its PEM key")
    parser.add_argument("--connectors", type=int, default=1, help="default 1")
    parser.add_argument("--power", type=int, default=22_000, help="watts a connector gives, default 22000")
    parser.add_argument("--heartbeat", type=float, help="seconds; default is what the CSMS says")
    parser.add_argument("--meter-interval", type=float, help="seconds between meter reports while charging")
    parser.add_argument("--energy-step", type=int, default=100, help="Wh drawn per meter report, default 100")
    parser.add_argument("--quiet", action="store_true", help="print state changes only, no frames")
    return parser.parse_args(arguments)


async def run(options: argparse.Namespace) -> None:
    """Runs the charger until a signal asks for the end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)

    def say(text: str) -> None:
        sys.stdout.write(f"{options.identity} {text}\n")
        sys.stdout.flush()

    def show(message: Message) -> None:
        arrow = "<-" if message.direction == "in" else "->"
        moment = message.at.isoformat(timespec="milliseconds")
        say(f"{moment} {arrow} {message.kind} {message.action} {encode(message.payload)[1:-1]}")

    secure = options.url.startswith("wss:")
    charger = VirtualChargePoint(
        identity=options.identity,
        version=options.version,
        url=options.url,
        password=options.password,
        tls=client_context(roots=options.ca, certificate=options.cert, key=options.key) if secure else None,
        connectors=options.connectors,
        power_w=options.power,
        heartbeat_s=options.heartbeat,
        meter_interval_s=options.meter_interval,
        energy_step_wh=options.energy_step,
        keep_log=False,
        on_message=None if options.quiet else show,
    )
    starting = asyncio.create_task(charger.start())
    ending = asyncio.create_task(ended.wait())
    told: Exception | None = None
    while not starting.done() and not ending.done():
        await asyncio.wait({starting, ending}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        if charger.last_error is not None and repr(charger.last_error) != repr(told):
            told = charger.last_error
            say(f"not connected: {told}; trying again")
    if starting.done():
        starting.result()
        say("accepted")
    await ending
    starting.cancel()
    await charger.stop()
    say("stopped")


def main() -> None:
    """Entry point."""
    asyncio.run(run(parse()))
    sys.exit(0)


if __name__ == "__main__":
    main()
