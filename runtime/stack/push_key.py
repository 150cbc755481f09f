"""A key for pushes to browsers, kept with the stack: a browser that was turned on once stays so."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_FILE = "push-private.pem"


def push_key_in(folder: Path) -> str:
    """PEM; made where there is none yet."""
    file = folder / _FILE
    if not file.exists():
        key = generate_private_key(SECP256R1())
        file.touch(mode=0o600)
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file.read_text()
