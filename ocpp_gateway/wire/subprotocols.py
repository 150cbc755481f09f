"""Which version the name of a subprotocol means, also where it is not spelled as it is registered (1.6J §3.1.2)."""

import re
from collections.abc import Collection, Sequence

_SPELLED = re.compile(r"ocpp[-_.]?v?(\d)\.?(\d)(?:\.?(\d))?[-_.]?(?:j|json)?")


def meant_subprotocol(name: str, spoken: Collection[str]) -> str | None:
    """The one of those spoken here that `name` can mean; None where it means none."""
    if name in spoken:
        return name
    found = _SPELLED.fullmatch(name.strip().lower())
    if found is None:
        return None
    number = ".".join(part for part in found.groups() if part is not None)
    whole = f"ocpp{number.removesuffix('.0')}"
    return whole if whole in spoken else None


def selected(offered: Sequence[str], spoken: Sequence[str], *, strict: bool = False) -> str | None:
    """The one of those offered that is answered, as it was spelled: chargers compare. `spoken`: the best first.

    What is spelled as registered goes before what is not.
    """
    for name in spoken:
        if name in offered:
            return name
    for name in () if strict else spoken:
        for one in offered:
            if meant_subprotocol(one, spoken) == name:
                return one
    return None
