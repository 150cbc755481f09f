"""Command line: `python -m simulator.receiver`."""

import argparse
from pathlib import Path

import uvicorn

from simulator.receiver.app import create_app
from simulator.receiver.events import Receiver

HOST = "127.0.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.receiver",
        description="Takes webhooks on this machine, and shows them on a page.",
    )
    parser.add_argument("--port", type=int, default=8027, help="default: %(default)s")
    parser.add_argument(
        "--secret-file", type=Path, required=True, help="has the endpoint's secret, once there is one"
    )
    asked = parser.parse_args()

    def secret() -> str:
        file: Path = asked.secret_file
        return file.read_text().strip() if file.exists() else ""

    app = create_app(Receiver(secret))
    uvicorn.run(app, host=HOST, port=asked.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
