"""The perspective of a scene: how large a metre is where."""

from dataclasses import dataclass

from demo.scene_spec import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Flat ground seen by a camera hung `camera_m` above it.

    `horizon` is the height of the eye line, as a fraction from the top.
    """

    horizon: float
    camera_m: float

    def metre(self, y: float, height: int) -> float:
        """Return pixels per metre for things that stand at `y` (a fraction)."""
        return max(0.02, y - self.horizon) * height / self.camera_m


GROUNDS: dict[Place, Ground] = {
    "street": Ground(horizon=0.20, camera_m=3.2),
    "yard": Ground(horizon=0.12, camera_m=3.6),
}
