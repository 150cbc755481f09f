"""What a browser is called, for who looks where they are signed in: a guess by what it says of itself, and no more."""

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
"""The first that is found: each of them names those behind it, too."""
_MACHINES = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser_called(user_agent: str) -> str:
    """`Firefox, Android`; empty: none that is known."""
    found = (
        next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _MACHINES)
    )
    return ", ".join(name for name in found if name)
