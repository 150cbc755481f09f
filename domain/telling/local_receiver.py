"""The one address inside that may be called all the same: a receiver on the loopback interface, of a stack to try.

Everything else that a customer names is looked at as ever (`outside.py`). An installation names none.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class LocalReceiver:
    """`origin`: `http://127.0.0.1:<port>`, and nothing behind it. Raises ValueError for any other."""

    origin: str

    def __post_init__(self) -> None:
        url = urlsplit(self.origin)
        if not url.port or self.origin != f"http://{_LOOPBACK}:{url.port}":
            raise ValueError(f"a local receiver is at http://{_LOOPBACK}:<port>")

    def is_at(self, url: str) -> bool:
        """Does the address lead there, and certainly nowhere else?"""
        return url.isascii() and url.isprintable() and " " not in url and url.startswith(f"{self.origin}/")
