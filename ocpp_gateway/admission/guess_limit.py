"""Guessing passwords is slow: failed attempts are counted by network address and claimed identity.

Only failures count, so that hundreds of chargers behind one address (NAT, a site's router) never disturb each
other; a neighbour with a wrong password spends its own budget first.
"""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

_REMEMBERED = 10_000
_IPV6_SITE = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` failures at once, then one every `every_s` seconds."""

    burst: int
    every_s: float


PER_IDENTITY = Allowance(burst=10, every_s=10.0)
PER_ADDRESS = Allowance(burst=200, every_s=0.5)

_Key = tuple[str, str]


class GuessLimit:
    """Bounded memory: beyond `remembered` entries the one longest untouched is forgotten."""

    def __init__(
        self,
        *,
        per_identity: Allowance = PER_IDENTITY,
        per_address: Allowance = PER_ADDRESS,
        remembered: int = _REMEMBERED,
    ) -> None:
        self._per_identity = per_identity
        self._per_address = per_address
        self._remembered = remembered
        self._spent: OrderedDict[_Key, float] = OrderedDict()
        """Key → the moment (monotonic seconds) at which all its failures are forgiven."""

    def __len__(self) -> int:
        return len(self._spent)

    def wait_for_identity(self, address: str, identity: str, now: float) -> float:
        """Seconds until this identity may be tried again from this address; 0.0: now."""
        if not self._spent:
            return 0.0
        return self._wait((network(address), identity), self._per_identity, now)

    def wait_for_address(self, address: str, now: float) -> float:
        """The same for all identities together: for a password that has to be checked, not a known one."""
        if not self._spent:
            return 0.0
        return self._wait((network(address), ""), self._per_address, now)

    def failed(self, address: str, identity: str, now: float) -> None:
        where = network(address)
        self._spend((where, identity), self._per_identity, now)
        self._spend((where, ""), self._per_address, now)

    def _wait(self, key: _Key, allowance: Allowance, now: float) -> float:
        forgiven_at = self._spent.get(key, now)
        return max(0.0, forgiven_at - now - (allowance.burst - 1) * allowance.every_s)

    def _spend(self, key: _Key, allowance: Allowance, now: float) -> None:
        # Never further ahead than a full burst: an attacker must not lengthen a charger's wait without end.
        latest = now + allowance.burst * allowance.every_s
        self._spent[key] = min(latest, max(now, self._spent.get(key, now)) + allowance.every_s)
        self._spent.move_to_end(key)
        while len(self._spent) > self._remembered:
            self._spent.popitem(last=False)


def network(address: str) -> str:
    """IPv4: the address. IPv6: its /64, since one host has all of it."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False))
    return str(parsed)
