"""How charger passwords are hashed: by whoever sets them (API, seed) and whoever checks them (gateway).

Two costs, because there are two kinds of passwords (argon2id both, RFC 9106):

* `RANDOM`, for passwords that `generated_password` made: 160 random bits cannot be guessed, whatever a guess
  costs (NIST SP 800-63B asks only for an approved one-way function from 112 bits on). About 0.7 ms: a gateway
  core takes back 2,000 chargers in two seconds after a restart.
* `CHOSEN`, for passwords that people chose: an OWASP minimum (12 MiB, 3 passes). About 28 ms of processor time,
  so 2,000 such chargers need half a minute on two cores; most are asked to come again meanwhile.
"""

import secrets

from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

RANDOM = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
CHOSEN = PasswordHasher(time_cost=3, memory_cost=12 * 1024, parallelism=1)

_RANDOM_BYTES = 20


def generated_password() -> str:
    """40 hex digits: the longest that 1.6 (AuthorizationKey) and 2.0.1 (BasicAuthPassword) both take.

    Chargers use it as it stands or decode it to 20 bytes first; the gateway knows both.
    """
    return secrets.token_hex(_RANDOM_BYTES)


def matches(password_hash: str, password: bytes) -> bool:
    """Whether the hash is this password's. Costs what the hash says; a broken hash matches nothing."""
    try:
        return RANDOM.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """True when the hash was made with parameters that are neither of ours: too weak, or too slow."""
    try:
        found = extract_parameters(password_hash)
    except InvalidHashError:
        return False
    return _cost(found) not in (_cost_of(RANDOM), _cost_of(CHOSEN))


def _cost(parameters: Parameters) -> tuple[object, ...]:
    return parameters.type, parameters.time_cost, parameters.memory_cost, parameters.parallelism


def _cost_of(hasher: PasswordHasher) -> tuple[object, ...]:
    return hasher.type, hasher.time_cost, hasher.memory_cost, hasher.parallelism
