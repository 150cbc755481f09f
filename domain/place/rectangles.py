"""Rectangles on the ground, turned about their middles. Centimetres, degrees clockwise; y runs down, as on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, hypot, radians, sin

TOUCHING_CM = 1.0
"""So little into each other is side by side: corners of what is turned are not whole centimetres."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """`x`, `y`: its middle. Not turned, `width` runs along x and `length` along y; 0: a line, or a point."""

    x: float
    y: float
    width: float
    length: float
    angle: float = 0

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        across, along = self._axes
        half_w, half_l = self.width / 2, self.length / 2

        def corner(right: float, down: float) -> Point:
            return (
                self.x + right * half_w * across[0] + down * half_l * along[0],
                self.y + right * half_w * across[1] + down * half_l * along[1],
            )

        return corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)

    def lies_within(self, width: float, length: float) -> bool:
        """Of ground from 0, 0 to there."""
        return all(
            -TOUCHING_CM <= x <= width + TOUCHING_CM and -TOUCHING_CM <= y <= length + TOUCHING_CM
            for x, y in self.corners
        )

    def overlaps(self, other: "Rectangle") -> bool:
        """Do they share more than an edge? Two rectangles are apart if and only if a side of one of them has the other
        wholly on its far side (separating axes).
        """
        if hypot(self.x - other.x, self.y - other.y) >= self._reach + other._reach:
            return False
        return not any(self._are_apart(other, axis) for axis in (*self._axes, *other._axes))

    @property
    def _axes(self) -> tuple[Point, Point]:
        turned = radians(self.angle)
        return (cos(turned), sin(turned)), (-sin(turned), cos(turned))

    @property
    def _reach(self) -> float:
        """No point of it is farther from its middle."""
        return hypot(self.width, self.length) / 2

    def _are_apart(self, other: "Rectangle", axis: Point) -> bool:
        mine, theirs = [*_shadow(self.corners, axis)], [*_shadow(other.corners, axis)]
        return max(mine) - min(theirs) <= TOUCHING_CM or max(theirs) - min(mine) <= TOUCHING_CM


def _shadow(corners: tuple[Point, ...], axis: Point) -> Iterator[float]:
    return (x * axis[0] + y * axis[1] for x, y in corners)
