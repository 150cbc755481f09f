"""What was asked of the fake world latest, as the real one keeps it: by version within a run, else by when."""

from dataclasses import dataclass, field

from activities.asking import Asking, asking


@dataclass(slots=True)
class Latest:
    """Of each reservation, by its code."""

    _asked: dict[str, tuple[Asking, int]] = field(default_factory=dict)

    def allows(self, code: str, version: int) -> bool:
        """Is nothing later known than what is being asked?"""
        if code not in self._asked:
            return True
        (kept, of), asked = self._asked[code], asking()
        return (of, kept.at) <= (version, asked.at) if kept.run == asked.run else kept.at <= asked.at

    def is_now(self, code: str, version: int) -> None:
        self._asked[code] = (asking(), version)
