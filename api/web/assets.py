"""What pages load beside themselves, named by its content: a browser asks once, and for another one after a release."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.errors import ApiProblem

FOLDER = Path(__file__).parent / "assets"
ADDRESS = "/assets"
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """`packed`: with gzip."""

    address: str
    media_type: str
    plain: bytes
    packed: bytes


class Assets:
    """All files of the folder, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._by_name = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.is_file()}
        self._by_address = {asset.address: asset for asset in self._by_name.values()}

    def address(self, name: str) -> str:
        """Where pages find it. Raises KeyError for what is not there: a mistake in a template."""
        return self._by_name[name].address

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get(ADDRESS + "/{digest}/{name}")
        async def asset(request: Request, digest: str, name: str) -> Response:
            found = self._by_address.get(f"{ADDRESS}/{digest}/{name}")
            if found is None:
                raise ApiProblem("not_found", "there is no such file; load the page anew")
            headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
            if "gzip" not in request.headers.get("accept-encoding", ""):
                return Response(found.plain, media_type=found.media_type, headers=headers)
            headers["Content-Encoding"] = "gzip"
            return Response(found.packed, media_type=found.media_type, headers=headers)

        return router


def _read(path: Path) -> Asset:
    plain = path.read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:16]
    kind, _ = mimetypes.guess_type(path.name)
    return Asset(
        address=f"{ADDRESS}/{digest}/{path.name}",
        media_type=kind or "application/octet-stream",
        plain=plain,
        packed=gzip.compress(plain, mtime=0),
    )
