"""`python -m simulator.charge_point`: keeps one charger connected until SIGTERM or SIGINT, or tries it once."""

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
from simulator.vendors import VENDORS, UnknownVendorError, Vendor, vendor


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator.charge_point",
        description="One virtual charge point, kept connected to a CSMS until SIGTERM. "
        "It prints one line per OCPP frame and reconnects by itself.",
        epilog="Exit status: 0; with --once 1 if it was not let in.\n\nvendors:\n" + _vendors(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--url", required=True, help="ws://host:port/ocpp or wss://…; the identity is appended"
    )
    parser.add_argument("--id", required=True, dest="identity", help="charge point identity")
    parser.add_argument("--version", choices=["1.6", "2.0.1", "2.1"], default="1.6", help="default 1.6")
    parser.add_argument(
        "--vendor", type=_vendor, metavar="NAME", help="whose peculiarities it has, one of those below"
    )
    parser.add_argument("--password", help="Basic authentication; none when left out")
    parser.add_argument("--ca", type=Path, help="PEM roots to trust for wss; default: the system's")
    parser.add_argument("--cert", type=Path, help="PEM certificate of the charger (security profile 3)")
    parser.add_argument("--key", type=Path, help="its PEM key")
    parser.add_argument("--connectors", type=int, default=1, help="default 1")
    parser.add_argument("--power", type=int, default=22_000, help="watts a connector gives, default 22000")
    parser.add_argument("--heartbeat", type=float, help="seconds; default is what the CSMS says")
    parser.add_argument("--meter-interval", type=float, help="seconds between meter reports while charging")
    parser.add_argument("--energy-step", type=int, default=100, help="Wh drawn per meter report, default 100")
    parser.add_argument(
        "--once", action="store_true", help="only see whether it is let in: stop when it is, or is not"
    )
    parser.add_argument("--quiet", action="store_true", help="print state changes only, no frames")
    options = parser.parse_args(arguments)
    if options.vendor is not None and options.version not in options.vendor.versions:
        parser.error(f"{options.vendor.name} exists in {', '.join(options.vendor.versions)}")
    return options


def _vendor(name: str) -> Vendor:
    try:
        return vendor(name)
    except UnknownVendorError as error:
        raise argparse.ArgumentTypeError(f"no vendor {name}; --help lists them") from error


def _vendors() -> str:
    lines = (
        f"  {one.name:20} {one.shows} ({', '.join(one.versions)}; {one.source})" for one in VENDORS.values()
    )
    return "\n".join(lines)


async def run(options: argparse.Namespace) -> int:
    """Runs the charger until a signal asks for the end, or its only attempt has an outcome; the exit status."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    charger = _charger(options)
    starting = asyncio.create_task(charger.start())
    ending = asyncio.create_task(ended.wait())
    told: Exception | None = None
    while not starting.done() and not ending.done():
        await asyncio.wait({starting, ending}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        if charger.last_error is not None and repr(charger.last_error) != repr(told):
            told = charger.last_error
            _say(options, f"not connected: {told}" + ("" if options.once else "; trying again"))
    refused = options.once and starting.done() and starting.exception() is not None
    if starting.done() and not refused:
        starting.result()
        _say(options, "accepted")
    if not options.once:
        await ending
    for task in (starting, ending):
        task.cancel()
    await charger.stop()
    _say(options, "stopped")
    return int(refused)


def _charger(options: argparse.Namespace) -> VirtualChargePoint:
    def show(message: Message) -> None:
        arrow = "<-" if message.direction == "in" else "->"
        moment = message.at.isoformat(timespec="milliseconds")
        _say(options, f"{moment} {arrow} {message.kind} {message.action} {encode(message.payload)[1:-1]}")

    secure = options.url.startswith("wss:")
    return VirtualChargePoint(
        identity=options.identity,
        version=options.version,
        url=options.url,
        password=options.password,
        tls=client_context(roots=options.ca, certificate=options.cert, key=options.key) if secure else None,
        connectors=options.connectors,
        power_w=options.power,
        profile=options.vendor,
        heartbeat_s=options.heartbeat,
        meter_interval_s=options.meter_interval,
        energy_step_wh=options.energy_step,
        reconnect=not options.once,
        keep_log=False,
        on_message=None if options.quiet else show,
    )


def _say(options: argparse.Namespace, text: str) -> None:
    sys.stdout.write(f"{options.identity} {text}\n")
    sys.stdout.flush()


def main() -> None:
    """Entry point."""
    sys.exit(asyncio.run(run(parse())))


if __name__ == "__main__":
    main()
