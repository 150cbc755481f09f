"""Command line: `python -m simulator.stripe_api`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from simulator.stripe_api.server import StripeApiServer, listen
from simulator.stripe_api.settings import StripeApiSettings


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options, with their help."""
    defaults = StripeApiSettings()
    parser = argparse.ArgumentParser(
        prog="python -m simulator.stripe_api",
        description="Stand-in for Stripe's HTTP API. Point the stripe package's `api` base address at it.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=12111, help="port, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--api-key", default=defaults.api_key, help="the only key accepted (default: %(default)s)"
    )
    parser.add_argument("--webhook-url", help="where to deliver events; without it they are only recorded")
    parser.add_argument(
        "--webhook-secret",
        default=defaults.webhook_secret,
        help="signs the deliveries (default: %(default)s)",
    )
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep all objects in FILE between runs")
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; says when it is ready."""
    settings = StripeApiSettings(
        api_key=options.api_key,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        state_file=options.state,
    )
    with listen(options.host, options.port) as listener:
        host, port = listener.getsockname()[:2]
        server = StripeApiServer(settings)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"Stripe stand-in ready at http://{shown}:{port}\n")
        sys.stdout.flush()
        await server.serve([listener])


def main() -> None:
    """Entry point."""
    asyncio.run(serve(parse_arguments()))


if __name__ == "__main__":
    main()
