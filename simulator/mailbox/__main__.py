"""Command line: `python -m simulator.mailbox`."""

import argparse
import asyncio
import base64
import signal
import sys

import uvicorn

from simulator.mailbox.app import create_app
from simulator.mailbox.mails import Mails
from simulator.mailbox.smtp import serve_smtp
from simulator.mailbox.texts import Texts
from simulator.stripe_api.server import SHUTDOWN_SECONDS, UnsignalledServer, listen
from webhooks.signature import key_of

HOST = "127.0.0.1"
_SECRET = "whsec_" + base64.b64encode(b"texts-and-calls-of-the-mailbox").decode()


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options, with their help."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator.mailbox",
        description="Takes all mail, texts and calls, and shows them on a page.",
    )
    parser.add_argument("--smtp-port", type=int, default=1025, help="for mail (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8025, help="of the page (default: %(default)s)")
    parser.add_argument(
        "--text-secret", default=_SECRET, help="of what comes to /texts (default: %(default)s)"
    )
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; says when it is ready."""
    mails, texts = Mails(), Texts(key_of(options.text_secret))
    smtp = await serve_smtp(mails, HOST, options.smtp_port)
    with listen(HOST, options.port) as listener:
        config = uvicorn.Config(
            create_app(mails, texts),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        server = UnsignalledServer(config)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        sys.stdout.write(f"Mailbox ready at http://{HOST}:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve([listener])
    smtp.close()


if __name__ == "__main__":
    asyncio.run(serve(parse_arguments()))
