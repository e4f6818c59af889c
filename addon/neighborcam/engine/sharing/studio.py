"""Takes a stretch out of the recordings and makes the picture of it that may leave."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from neighborcam.engine.config import CameraId
from neighborcam.engine.neighbours import PictureOrder
from neighborcam.engine.sharing.covering import Plan
from neighborcam.engine.sharing.finders import Finders
from neighborcam.engine.sharing.pictures import Made, make_clip, make_picture


class Span(Protocol):
    """What was exported, which begins at the key frame before."""

    @property
    def started_at(self) -> datetime:
        """Return the time of its first picture."""


type Export = Callable[[CameraId, datetime, datetime, Path], Span]


class Studio:
    """Makes pictures in a worker thread; what it read is deleted at once."""

    def __init__(self, export: Export, data_dir: Path) -> None:
        self._export = export
        self._data_dir = data_dir

    def make(self, order: PictureOrder) -> Made:
        """Return the picture or clip.

        Raises `NotFound`, `Conflict`, `InvalidInput`, `ModelUnavailable`.
        """
        plan = Plan(
            faces=order.faces,
            plates=order.plates,
            privacy_zones=order.privacy_zones,
            keep_only=order.keep_only,
        )
        finders = Finders.load(plan, self._data_dir)
        with tempfile.TemporaryDirectory(prefix="neighborcam-") as folder:
            out = Path(folder) / "recording.mp4"
            span = self._export(order.camera, order.read_from, order.read_until, out)
            start_s = (order.shown_from - span.started_at).total_seconds()
            if order.shown_until is None:
                return make_picture(out, max(0.0, start_s), plan, finders)
            end_s = (order.shown_until - span.started_at).total_seconds()
            return make_clip(out, max(0.0, start_s), end_s, plan, finders)
