"""csc.math"""

from __future__ import annotations

from .world import Vector, plain


class Rotation:
    def __init__(self, angles: Vector = (0.0, 0.0, 0.0)) -> None:
        self._angles = angles

    @staticmethod
    def from_euler(x: float, y: float, z: float) -> Rotation:
        """Radians."""
        return Rotation(plain((x, y, z)))

    def to_euler_angles(self) -> Vector:
        return self._angles
