"""Where pages are, and where one may be sent on to: never to somebody else's."""

import re

HOME, SIGN_IN, SIGNED_IN, SIGN_OUT = "/", "/sign-in", "/sign-in/done", "/sign-out"
SIGNED_OUT = "/sign-out/done"
"""Back from the issuer."""
SIGN_IN_AGAIN = "/sign-in/again"
"""For who is signed in, and has to show once more who they are."""
ISSUER, PASSKEY, LINK = "/sign-in/issuer", "/sign-in/passkey", "/sign-in/link"
WAYS_IN = "/preferences/signing-in"
"""How one signs in, and where one is signed in."""
PREFERENCES = "/preferences"
OPERATIONS = "/operations"
BOOK = "/book"
WEBHOOKS = "/webhooks"
DONE, DONE_COUNT = "done", "done_count"
"""In the query of the page that a press leads to: what it did, as a word of a closed list, and to how many."""
_OWN = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1000}")


def own_address(wanted: str | None) -> str:
    """`wanted`, if it is a page of ours (path and query); else the first one. A browser reads `//` and `/\\` as
    another host.
    """
    return wanted if wanted is not None and _OWN.fullmatch(wanted) else HOME


def without_done(address: str) -> str:
    """Of a page that a press led to and that is looked at since for something else."""
    path, _, query = address.partition("?")
    kept = "&".join(part for part in query.split("&") if part.partition("=")[0] not in (DONE, DONE_COUNT))
    return f"{path}?{kept}" if kept else path


def reservation_page(code: str) -> str:
    return f"/r/{code}"


def guests_page(secret: str) -> str:
    """By a pass, which has no characters that an address would quote."""
    return f"/g/{secret}"


def offer_page(code: str) -> str:
    """Of what a waiting list offers; the code is of the reservation that it becomes."""
    return f"/o/{code}"


def operations_page(site_id: str) -> str:
    """A site, as its operators see it."""
    return f"{OPERATIONS}/s/{site_id}"


def site_page(site_id: str) -> str:
    return f"/s/{site_id}"


def bay_page(charger_id: str, connector: int) -> str:
    return f"/b/{charger_id}/{connector}"
