"""Work that goes on whatever happens: a failure is logged once, shown, and tried again.

The outermost loop of what sharing does in the background. A bug, a full disk or odd
bytes of a hub must end neither the sending of other things nor the hearing of them.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Final

from neighborcam.engine.errors import EngineError

FIRST_S: Final = 1.0
LONGEST_S: Final = 300.0
STEADY_S: Final = 60.0  # without a failure: then what it was is over
_LOG: Final = logging.getLogger(__name__)

type Work = Callable[[], Coroutine[Any, Any, None]]


class Supervised:
    """Tasks by name. ``changed`` is called when `problem` is another."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._problems: dict[str, str] = {}

    @property
    def problem(self) -> str:
        """What does not work now, for people; empty when all does."""
        return next(iter(self._problems.values()), "")

    def start(self, name: str, work: Work) -> None:
        """Run ``work`` until it returns; again and again while it fails."""
        self.end(name)
        task = asyncio.create_task(self._run(name, work), name=f"sharing: {name}")
        self._tasks[name] = task

    def end(self, name: str) -> None:
        """End one of them."""
        task = self._tasks.pop(name, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
        self._problems.pop(name, None)

    def end_all(self) -> None:
        """End all but the one that calls."""
        for name in tuple(self._tasks):
            self.end(name)

    def names(self) -> frozenset[str]:
        """Return what runs."""
        return frozenset(name for name, task in self._tasks.items() if not task.done())

    async def close(self) -> None:
        """End all, and wait for it."""
        tasks = [*self._tasks.values()]
        self.end_all()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, name: str, work: Work) -> None:
        pause_s = FIRST_S
        while True:
            began = asyncio.get_running_loop().time()
            steady = asyncio.get_running_loop().call_later(STEADY_S, self._mend, name)
            try:
                await work()
            except Exception as problem:  # noqa: BLE001 - the outermost loop
                self._fail(name, problem)
            else:
                self._mend(name)
                return
            finally:
                steady.cancel()
            if asyncio.get_running_loop().time() - began > STEADY_S:
                pause_s = FIRST_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_S)

    def _fail(self, name: str, problem: Exception) -> None:
        text = f"{name}: {_words(problem)}"
        if self._problems.get(name) != text:
            self._problems[name] = text
            _LOG.error("%s; tried again (%s)", text, _place(problem))
            self._changed()

    def _mend(self, name: str) -> None:
        if self._problems.pop(name, None) is not None:
            self._changed()


def _words(problem: Exception) -> str:
    if isinstance(problem, EngineError):
        return str(problem)
    return f"failed unexpectedly ({type(problem).__name__})"


def _place(problem: Exception) -> str:
    # The class and the line only: texts of others may hold an address or a token.
    frames = traceback.extract_tb(problem.__traceback__)
    where = [f"{each.filename.rpartition('/')[2]}:{each.lineno}" for each in frames]
    return f"{type(problem).__name__} at {' '.join(where[-3:])}"
