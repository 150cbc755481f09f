"""Check, without the network, that the locks pin what pyproject.toml asks for. Run by `make check`.

Every direct dependency has to be pinned within its specifier, and every pin has to carry a hash. What the
dependencies themselves need is the lock compiler's business.
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCKED_EXTRAS = {"all.txt": ("embedded", "dev"), "runtime.txt": ()}
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")


def problems(pyproject: str, lock: str, extras: Iterable[str]) -> list[str]:
    """Compare the texts of pyproject.toml and of one lock; one sentence a problem, none if they fit."""
    project = tomllib.loads(pyproject)["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    for extra in extras:
        wanted += [Requirement(line) for line in project["optional-dependencies"][extra]]
    pins, found = _pins(lock)
    for requirement in wanted:
        pinned = pins.get(canonicalize_name(requirement.name), [])
        if not pinned:
            found.append(f"{requirement.name} is not pinned")
        found += [
            f"{requirement.name} is pinned to {version}, outside {requirement.specifier}"
            for version in pinned
            if not requirement.specifier.contains(version, prereleases=True)
        ]
    return found


def _pins(lock: str) -> tuple[dict[str, list[Version]], list[str]]:
    """The pinned versions (a universal lock may hold several of one package), and pins without a hash."""
    pins: dict[str, list[Version]] = {}
    unhashed: list[str] = []
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock):
        pin = _PIN.match(entry)
        if pin is None:
            continue
        pins.setdefault(canonicalize_name(pin["name"]), []).append(Version(pin["version"]))
        if "--hash=sha256:" not in entry:
            unhashed.append(f"{pin['name']} has no hash")
    return pins, unhashed


def main() -> int:
    """Check both locks; the exit status."""
    folder = Path(__file__).parent
    pyproject = (folder.parent / "pyproject.toml").read_text()
    failed = False
    for name, extras in LOCKED_EXTRAS.items():
        for problem in problems(pyproject, (folder / name).read_text(), extras):
            failed = True
            print(f"requirements/{name}: {problem}: run `make lock`", file=sys.stderr)
    if not failed:
        print("requirements: the locks fit pyproject.toml")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
