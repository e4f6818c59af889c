"""Makes the clip of an answer out of a recording, and says how it was made."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final, Literal, Protocol

from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.requests import ClipOrder
from neighborcam.engine.sharing.clip_pictures import Pictures, copied, covered, still
from neighborcam.engine.sharing.covering import Plan, Points
from neighborcam.engine.sharing.finders import Finders
from neighborcam.protocol.alerts import Redaction
from neighborcam.protocol.answers import MOST_CHUNKS, MOST_ORIGINALS, Edit, Original

LONGEST: Final = timedelta(minutes=15)
COVERED: Final = timedelta(minutes=2)  # decoding, finding and encoding is costly
MOST_BYTES: Final = (MOST_CHUNKS - 1) * 2**20
_SECOND: Final = timedelta(seconds=1)
_SCENE_BEFORE: Final = timedelta(seconds=12)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A file of the recording."""

    path: Path
    started_at: datetime
    ended_at: datetime


class Span(Protocol):
    """What was exported, which may begin at the key frame before."""

    @property
    def started_at(self) -> datetime:
        """Return the time of its first picture."""

    @property
    def ended_at(self) -> datetime:
        """Return the time of its last picture."""


type Export = Callable[[CameraId, datetime, datetime, Path], Span]
type Files = Callable[[CameraId, datetime, datetime], Sequence[Recorded]]


@dataclass(frozen=True, kw_only=True)
class MadeClip:
    """The exact bytes that would leave, and what their manifest says of them.

    ``files`` are the recordings that it was taken from, as ``originals`` names them.
    """

    data: bytes
    sha256: str
    camera: CameraId
    kind: Literal["clip", "still"]
    media_type: Literal["video/mp4", "image/jpeg"]
    pictures: Pictures
    start: datetime
    end: datetime
    edits: tuple[Edit, ...]
    redaction: tuple[Redaction, ...]
    originals: tuple[Original, ...]
    files: tuple[Path, ...]


class ClipMaker:
    """Makes clips in a worker thread; what it read is deleted at once."""

    def __init__(self, export: Export, files: Files, data_dir: Path) -> None:
        self._export = export
        self._files = files
        self._data_dir = data_dir

    def make(self, order: ClipOrder, privacy_zones: tuple[Points, ...]) -> MadeClip:
        """Return the clip or still.

        Raises `NotFound`, `Conflict`, `InvalidInput`, `ModelUnavailable`.
        """
        plan = Plan(
            moving=order.moving,
            faces=order.faces,
            plates=order.plates,
            privacy_zones=privacy_zones,
            keep_only=order.keep_only,
        )
        end = _end_of(order, covers=_covers(plan))
        finders = Finders.load(plan, self._data_dir)
        begin = order.start - (_SCENE_BEFORE if order.moving else timedelta(0))
        with tempfile.TemporaryDirectory(prefix="neighborcam-") as folder:
            out = Path(folder) / "recording.mp4"
            span = self._export(order.camera, begin, end, out)
            pictures = _pictures(order, out, span, plan, finders)
        if len(pictures.data) > MOST_BYTES:
            raise InvalidInput(f"end: at most {MOST_CHUNKS - 1} MiB: trim the clip")
        is_copy = order.end is not None and not _covers(plan)
        start = span.started_at if is_copy else max(order.start, span.started_at)
        until = start if order.end is None else min(end, span.ended_at)
        return self._described(order, pictures, plan, start, until)

    def _described(
        self,
        order: ClipOrder,
        pictures: Pictures,
        plan: Plan,
        start: datetime,
        end: datetime,
    ) -> MadeClip:
        files = self._files(order.camera, start, max(end, start + _SECOND))
        if len(files) > MOST_ORIGINALS:  # the evidence names every one of them
            raise InvalidInput(f"end: it lies in {len(files)} files: trim the clip")
        is_still, covers = order.end is None, _covers(plan)
        edits = [Edit.TRIMMED, Edit.METADATA_REMOVED, Edit.AUDIO_REMOVED]
        edits += [Edit.ENCODED_ANEW] if covers or is_still else []
        edits += [Edit.REDACTED] if covers else []
        return MadeClip(
            data=pictures.data,
            sha256=sha256(pictures.data).hexdigest(),
            camera=order.camera,
            kind="still" if is_still else "clip",
            media_type="image/jpeg" if is_still else "video/mp4",
            pictures=pictures,
            start=start,
            end=end,
            edits=tuple(edits),
            redaction=plan.applied if covers else (),
            originals=tuple(_original(each) for each in files),
            files=tuple(each.path for each in files),
        )


def _covers(plan: Plan) -> bool:
    return plan.applied != (Redaction.AUDIO,)


def _end_of(order: ClipOrder, *, covers: bool) -> datetime:
    if order.end is None:
        return order.start + _SECOND
    lasts = order.end - order.start
    if lasts <= timedelta(0):
        raise InvalidInput("end: a clip must end after it starts")
    most, what = (COVERED, "a covered clip") if covers else (LONGEST, "a clip")
    if lasts > most:
        minutes = most // timedelta(minutes=1)
        raise InvalidInput(f"end: {what} lasts at most {minutes} minutes: trim it")
    return order.end


def _pictures(
    order: ClipOrder, out: Path, span: Span, plan: Plan, finders: Finders
) -> Pictures:
    start_s = max(0.0, (order.start - span.started_at).total_seconds())
    if order.end is None:
        return still(out, start_s, plan, finders)
    if not _covers(plan):
        return copied(out)
    end_s = (order.end - span.started_at).total_seconds()
    return covered(out, start_s, end_s, plan, finders)


def _original(file: Recorded) -> Original:
    with file.path.open("rb") as source:
        digest = file_digest(source, "sha256").hexdigest()
    return Original(sha256=digest, started=file.started_at, ended=file.ended_at)
