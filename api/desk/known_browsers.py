"""Browsers that somebody has been signed in with by an address: each keeps a mark of it that nobody can make up, so
that whoever asks for links to that address without one does not use up what is kept for its owner.
"""

import hmac
from hashlib import sha256

from db.engine import Sessions
from db.queries import passkeys


class KnownBrowsers:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def mark(self, address_digest: str) -> str:
        """For the browser to keep; it says nothing of the address."""
        async with self._sessions.begin() as session:
            key = await passkeys.sealing_key(session)
        about = b"\0".join((b"known", address_digest.encode()))
        return hmac.new(key.encode(), about, sha256).hexdigest()

    async def is_known(self, mark: str, address_digest: str) -> bool:
        return bool(mark) and hmac.compare_digest(mark.encode(), (await self.mark(address_digest)).encode())
