"""`python -m clients.generator`: write the client. With `--check`: say what is not as the API now describes itself."""

import argparse
import sys
from collections.abc import Mapping

from clients.generator.package import HOME, generated, kept
from clients.generator.served import served_document


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m clients.generator")
    parser.add_argument("--check", action="store_true")
    due, there = generated(served_document()), kept()
    stale = sorted(name for name in due.keys() | there.keys() if due.get(name) != there.get(name))
    if parser.parse_args().check:
        sys.stdout.write(
            "".join(f"{name} is not as the API describes itself: make client\n" for name in stale)
        )
        return 1 if stale else 0
    _write(due, stale)
    return 0


def _write(due: Mapping[str, str], stale: list[str]) -> None:
    for name in stale:
        path = HOME / name
        if name in due:
            path.parent.mkdir(exist_ok=True)
            path.write_text(due[name])
        else:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
