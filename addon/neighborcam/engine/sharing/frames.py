"""Pictures of a recording, one after the other: memory does not grow with its length.

A recording is read twice: first for what its camera sees when nothing moves, then
picture by picture, each covered with what was found in those around it too.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.error import FFmpegError

from neighborcam.engine.errors import Conflict
from neighborcam.engine.sharing.covering import (
    ENOUGH_FRAMES,
    LEAST_FRAMES,
    Image,
    Mask,
    Plan,
    Scene,
    redact,
)
from neighborcam.engine.sharing.finders import Finders

AROUND: Final = 2  # pictures before and after: a finder may miss one
SCENE_WIDTH: Final = 1920  # of the pictures that a scene is learnt from, at most
_A_SECOND: Final = 8  # of them
_ONE_AT_A_TIME: Final = threading.Lock()  # what is made needs memory and the processor

type Timed = tuple[Image, float]  # picture, seconds from the recording's first


@contextmanager
def making() -> Iterator[None]:
    """Make one thing at a time. Raises `Conflict` for what cannot be read."""
    with _ONE_AT_A_TIME:
        try:
            yield
        except (FFmpegError, OSError, IndexError):
            raise Conflict("the recording cannot be read") from None


def decoded(
    recording: Path,
    *,
    width: int | None = None,
    a_second: float | None = None,
    until_s: float | None = None,
    wanted: Callable[[float], bool] = lambda _at: True,
) -> Iterator[Timed]:
    """Yield pictures with even sides, and their seconds from the first.

    At most ``width`` wide and ``a_second`` of them, where that is said; those that are
    not ``wanted`` at their second are passed over.
    """
    next_at = 0.0
    with av.open(str(recording), "r") as source:
        first: float | None = None
        for frame in source.decode(source.streams.video[0]):
            at = frame.time or 0.0
            first = at if first is None else first
            at -= first
            if until_s is not None and at > until_s:
                return
            if at + 1e-6 < next_at:
                continue
            if a_second is not None:
                next_at += 1 / a_second
            if wanted(at):
                yield _sized(frame, width), at


def learnt(recording: Path, *, width: int = SCENE_WIDTH) -> Scene:
    """Return what the camera sees when nothing moves: of 31 pictures all over it.

    Raises `Conflict` when the recording is too short for that.
    """
    frames: list[Image] = []
    step, next_at = 1 / _A_SECOND, 0.0
    pictures = decoded(recording, width=width, wanted=lambda at: at + 1e-6 >= next_at)
    for image, at in pictures:
        frames.append(image)
        next_at = at + step
        if len(frames) > ENOUGH_FRAMES:  # keep every other, look half as often
            frames, step = frames[::2], step * 2
    if len(frames) < LEAST_FRAMES:
        raise Conflict("the recording is too short to know what moves in it")
    return Scene(frames)


def redacted(
    shown: Iterable[Timed], plan: Plan, scene: Scene | None, finders: Finders
) -> Iterator[Timed]:
    """Yield the pictures, each covered with what was found in those around it too."""
    waiting: deque[tuple[Timed, Mask, Mask]] = deque()
    done = 0  # pictures at the front that were yielded and are kept for the next
    for timed in shown:
        moving = scene.moving(timed[0]) if scene is not None else _nothing(timed[0])
        waiting.append((timed, moving, finders.mask(timed[0])))
        if len(waiting) - done > AROUND:
            yield _covered(waiting, done, plan, scene)
            done += 1
        if done > AROUND:
            waiting.popleft()
            done -= 1
    for number in range(done, len(waiting)):
        yield _covered(waiting, number, plan, scene)


def _covered(
    around: deque[tuple[Timed, Mask, Mask]],
    number: int,
    plan: Plan,
    scene: Scene | None,
) -> Timed:
    near = list(around)[max(0, number - AROUND) : number + AROUND + 1]
    moving: Mask = np.bitwise_or.reduce([each[1] for each in near])
    found: Mask = np.bitwise_or.reduce([each[2] for each in near])
    image, at = around[number][0]
    return redact(image, plan, scene, moving, found), at


def _nothing(image: Image) -> Mask:
    return np.zeros(image.shape[:2], np.uint8)


def _sized(frame: av.VideoFrame, width: int | None) -> Image:
    scale = 1.0 if width is None else min(1.0, width / frame.width)
    sides = (frame.width, frame.height)
    wide, high = (round(side * scale) // 2 * 2 for side in sides)
    image = frame.reformat(wide, high, "bgr24").to_ndarray()
    return np.asarray(image, np.uint8)
