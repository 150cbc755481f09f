"""`python -m simulator.identity --port N --people JSON`: the stand-in as a process, on the loopback interface."""

import argparse

import uvicorn

from simulator.identity.app import create_app
from simulator.identity.people import read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulator.identity", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--people", required=True, help="JSON list of [subject, label, claims]")
    asked = parser.parse_args()
    app = create_app(f"http://127.0.0.1:{asked.port}", read(asked.people))
    uvicorn.run(app, host="127.0.0.1", port=asked.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
