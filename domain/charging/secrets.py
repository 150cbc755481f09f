"""Which of a charger's settings are secret, and what stands in their place wherever they are shown or recorded."""

import re
from functools import lru_cache

HIDDEN = "[redacted]"
_ENDINGS = ("authorizationkey", "password", "secret", "simpin")
_OWN_PASSWORDS = ("authorizationkey", "basicauthpassword")
_SEPARATORS = re.compile(r"[\s_.-]+")
_INSTANCE = re.compile(r"\[[^\[\]]*\]\Z")
"""Of a 2.x variable, `Component.Variable[Instance]`."""
_USER_INFO = re.compile(r"(?<=://)[^/?#\s]*@")


@lru_cache(maxsize=1024)
def is_secret(name: str) -> bool:
    """Of a configuration key (1.6), a variable (2.x, with or without its component), or a member of a message."""
    return _SEPARATORS.sub("", _INSTANCE.sub("", name.lower())).endswith(_ENDINGS)


def is_own_password(name: str) -> bool:
    """The password with which a charger comes to us: `AuthorizationKey` (1.6), a component's `BasicAuthPassword` (2.x).

    Upper and lower case are the same, as chargers read names.
    """
    return _INSTANCE.sub("", name.lower()).rpartition(".")[2] in _OWN_PASSWORDS


def without_secret(name: str, value: str) -> str:
    """The value of a setting as it may be shown and recorded."""
    return HIDDEN if is_secret(name) else without_user_info(value)


def without_user_info(text: str) -> str:
    """Without the user and password of any URL in it."""
    return _USER_INFO.sub(f"{HIDDEN}@", text)
