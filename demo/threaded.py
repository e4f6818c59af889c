"""Run an asyncio server in a thread of its own, for tests without a loop."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager

_PATIENCE_S = 20.0


@contextmanager
def running[T](server: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """Enter `server` in the loop of a new thread; leave it and join on exit."""
    ready: Future[T] = Future()
    stop: Future[asyncio.Event] = Future()

    async def serve() -> None:
        done = asyncio.Event()
        try:
            async with server as entered:
                stop.set_result(done)
                ready.set_result(entered)
                await done.wait()
        except BaseException as problem:
            if ready.done():
                raise
            ready.set_exception(problem)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_run, args=(loop, serve), name="demo-server")
    thread.start()
    try:
        yield ready.result(_PATIENCE_S)
    finally:
        if stop.done():
            loop.call_soon_threadsafe(stop.result().set)
        thread.join(_PATIENCE_S)


def _run(
    loop: asyncio.AbstractEventLoop,
    serve: Callable[[], object],
) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(serve())  # type: ignore[arg-type]


def call_in[T](loop: asyncio.AbstractEventLoop | None, function: Callable[[], T]) -> T:
    """Call `function` in `loop`, from whatever thread, and return its answer."""
    if loop is None:
        raise RuntimeError("the server is not running")
    try:
        if asyncio.get_running_loop() is loop:
            return function()
    except RuntimeError:
        pass
    answer: Future[T] = Future()

    def carry_out() -> None:
        try:
            answer.set_result(function())
        except Exception as problem:  # noqa: BLE001 - handed to the caller below
            answer.set_exception(problem)

    loop.call_soon_threadsafe(carry_out)
    return answer.result(_PATIENCE_S)
