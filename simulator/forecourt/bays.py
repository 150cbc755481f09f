"""What people do at the bays of virtual chargers, and what they see there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulator.charge_point import ChargePointError, VirtualChargePoint


class Deed(StrEnum):
    PLUG_IN = "plug-in"
    UNPLUG = "unplug"
    SHOW_CARD = "show-card"
    FAIL = "fail"
    MEND = "mend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A bay as it is. `page`: the product's, of this bay. `last`: what came of the last deed
    here, or nothing; `{card}` in it is `card`.
    """

    charger: str
    connector: int
    page: str
    online: bool
    status: str
    plugged: bool
    faulted: bool
    held: bool
    energy_wh: int | None
    last: str
    card: str

    @property
    def anchor(self) -> str:
        return f"{self.charger}-{self.connector}"


class Forecourt:
    """`pages`: where the product's are, without a slash behind. `cards`: those that people have.

    Where somebody has plugged in with their hands, the car stands until they unplug it: `is_by_hand`.
    """

    def __init__(self, chargers: Sequence[VirtualChargePoint], *, pages: str, cards: Sequence[str]) -> None:
        self.cards = tuple(cards)
        self._chargers: Mapping[str, VirtualChargePoint] = {one.identity: one for one in chargers}
        self._pages = pages
        self._last: dict[tuple[str, int], tuple[str, str]] = {}
        self._by_hand: set[tuple[str, int]] = set()

    def all(self) -> list[Seen]:
        return [
            self.one(charger.identity, number)
            for charger in self._chargers.values()
            for number in range(1, charger.connectors + 1)
        ]

    def one(self, identity: str, number: int) -> Seen:
        """Raises KeyError where there is no such bay."""
        charger = self._chargers[identity]
        connector = charger.connector(number)
        running = connector.transaction
        last, card = self._last.get((identity, number), ("", ""))
        return Seen(
            charger=identity,
            connector=number,
            page=f"{self._pages}/b/{identity}/{number}",
            online=charger.online,
            status=connector.status,
            plugged=connector.plugged,
            faulted=connector.fault is not None,
            held=connector.hold is not None,
            energy_wh=None if running is None else running.energy_wh,
            last=last,
            card=card,
        )

    def is_by_hand(self, identity: str, number: int) -> bool:
        return (identity, number) in self._by_hand

    async def do(self, identity: str, number: int, deed: Deed, card: str = "") -> None:
        """Returns when the charger was answered. Raises KeyError where there is no such bay."""
        charger = self._chargers[identity]
        charger.connector(number)
        if deed is Deed.PLUG_IN:
            self._by_hand.add((identity, number))
        if deed is Deed.UNPLUG:
            self._by_hand.discard((identity, number))
        try:
            told = await self._deeds(charger, number, card)[deed]()
        except ChargePointError:  # it is not connected, or was not answered
            told = "The charger was not answered."
        self._last[identity, number] = told, card

    def _deeds(
        self, charger: VirtualChargePoint, number: int, card: str
    ) -> Mapping[Deed, Callable[[], Awaitable[str]]]:
        async def plug_in() -> str:
            await charger.plug_in(number)
            return "The car is plugged in."

        async def unplug() -> str:
            await charger.unplug(number)
            return "The car has left."

        async def show_card() -> str:
            accepted = await charger.swipe(number, card)
            return "{card} was accepted." if accepted else "{card} was refused."

        async def fail() -> str:
            await charger.fault(number)
            return "It is out of order."

        async def mend() -> str:
            await charger.recover(number)
            return "It works again."

        return {
            Deed.PLUG_IN: plug_in,
            Deed.UNPLUG: unplug,
            Deed.SHOW_CARD: show_card,
            Deed.FAIL: fail,
            Deed.MEND: mend,
        }
