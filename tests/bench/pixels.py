"""Pixel by pixel against CDnet's hand-drawn truth."""

from dataclasses import dataclass

import numpy as np

from tests.bench.footage import Clip, judged_frames
from tests.bench.methods import Mask, pixel_methods


@dataclass(kw_only=True, slots=True)
class Pixels:
    """Counts over a whole clip, as CDnet sums them."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def add(self, mask: Mask, moving: Mask, known: Mask) -> None:
        """Count one frame where the truth is known."""
        self.hits += int(np.count_nonzero(mask & moving & known))
        self.false += int(np.count_nonzero(mask & ~moving & known))
        self.missed += int(np.count_nonzero(~mask & moving & known))

    @property
    def precision(self) -> float:
        """Return the share of marked pixels that move."""
        return self.hits / max(1, self.hits + self.false)

    @property
    def recall(self) -> float:
        """Return the share of moving pixels that are marked."""
        return self.hits / max(1, self.hits + self.missed)

    @property
    def f_measure(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return 2 * self.hits / max(1, 2 * self.hits + self.false + self.missed)


def compare(clip: Clip) -> dict[str, Pixels]:
    """Give every method every frame, in order; count those with a truth."""
    methods = pixel_methods()
    counts = {method.name: Pixels() for method in methods}
    for bgr, at_s, moving, known in judged_frames(clip):
        for method in methods:
            mask = method.step(bgr, at_s).mask
            if known.any():
                counts[method.name].add(mask, moving, known)
    return counts
