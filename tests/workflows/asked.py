"""What was asked of the fake world latest, as the real one keeps it: by version, and by when within one."""

from dataclasses import dataclass, field
from datetime import datetime

from activities.asking import asked_at

Asked = tuple[int, datetime]


@dataclass(slots=True)
class Latest:
    """Of each reservation, by its code."""

    _asked: dict[str, Asked] = field(default_factory=dict)

    def allows(self, code: str, version: int) -> bool:
        """Is nothing later known than what is being asked?"""
        asked = (version, asked_at())
        return self._asked.get(code, asked) <= asked

    def is_now(self, code: str, version: int) -> None:
        self._asked[code] = (version, asked_at())
