"""What one press of a form asks for: pressed twice it is one thing, and another one once something else is chosen.

The page brings a key of its own, made by chance: two people, or two pages, never have the same. What was chosen is a
part of the key that the desk gets, so that who goes back and chooses otherwise asks for something else.
"""

import hashlib
import json
import secrets
from typing import Annotated

from fastapi import Form

_BYTES = 15
FormKey = Annotated[str, Form(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
"""As it comes back."""


def form_key() -> str:
    """Of one page, hidden in its forms."""
    return secrets.token_urlsafe(_BYTES)


def press_key(form: str, *chosen: object) -> str:
    """Idempotency-Key of what is asked for by a form with that key, and these choices."""
    text = json.dumps([form, *(str(one) for one in chosen)])
    return f"web-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
