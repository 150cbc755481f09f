"""Where those may go that make way for a wish."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
from domain.place.wishes import Candidates


class Places:
    """For all wishes that share `candidates`. `berth_of`: connector id → berth, of the whole pool."""

    def __init__(
        self, connectors: Sequence[PoolConnector], berth_of: Mapping[int, int], candidates: Candidates
    ) -> None:
        self._connectors = connectors
        self._berth_of = berth_of
        self._candidates = candidates
        self._of_kind: dict[tuple[str, frozenset[int] | None], tuple[Sequence[int], frozenset[int]]] = {}
        self._with_plug: dict[str, Sequence[int]] = {}

    def of(self, hold: OpenHold) -> Sequence[int]:
        """Connectors that serve, that it may be on, and whose plug of its type can be used."""
        return self._found(hold)[0] if hold.is_choosy else self._candidates.serving

    def berths_of(self, hold: OpenHold) -> frozenset[int]:
        """Where those are."""
        return self._found(hold)[1] if hold.is_choosy else self.serving

    @cached_property
    def serving(self) -> frozenset[int]:
        return frozenset(self._berth_of[c] for c in self._candidates.serving)

    @cached_property
    def wanted(self) -> frozenset[int]:
        """By the wish itself."""
        return frozenset(self._berth_of[c] for c in self._candidates.ids)

    def on(self, berth_id: int, connector_ids: Sequence[int]) -> int:
        """The first of the connectors that is there."""
        return next(c for c in connector_ids if self._berth_of[c] == berth_id)

    def _usable(self, plug: str) -> Sequence[int]:
        """Connectors in no doubt that have such a plug in order."""
        if plug not in self._with_plug:
            by_id = {c.id: c for c in self._connectors}
            sure = [by_id[id_] for id_ in self._candidates.serving if id_ not in self._candidates.doubtful]
            self._with_plug[plug] = [c.id for c in sure if c.has(plug) and c.wanted_for(plug).is_usable]
        return self._with_plug[plug]

    def _found(self, hold: OpenHold) -> tuple[Sequence[int], frozenset[int]]:
        kind = hold.plug, hold.among
        if kind not in self._of_kind:
            ids = [id_ for id_ in self._usable(hold.plug) if hold.may_be_on(id_)]
            self._of_kind[kind] = ids, frozenset(self._berth_of[id_] for id_ in ids)
        return self._of_kind[kind]
