"""What bodies and answers have in common. Their own members are in `slotkeeper_client.models`, which is generated."""

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

_Word = TypeVar("_Word", bound=StrEnum)
Open = Annotated[_Word | str, Field(union_mode="left_to_right")]
"""A word of a closed list; of a newer server also one that is not known here yet, as text."""


class Body(BaseModel):
    """What is sent. Only what was set is: for the rest the server has its own defaults."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)


class Answer(BaseModel):
    """What comes back. Members that are not known here yet are kept in `model_extra`."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True, defer_build=True)

    _etag: str | None = PrivateAttr(default=None)

    @property
    def etag(self) -> str | None:
        """Which version this is, where the server says so: sent back as `if_match` of a change."""
        return self._etag

    def seen_as(self, etag: str | None) -> None:
        self._etag = etag
