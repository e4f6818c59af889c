"""One thread per stream: connects, hands packets to the sinks, connects again."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from random import Random
from typing import Final, Protocol

from neighborcam.engine.camera.address import Address
from neighborcam.engine.camera.backoff import Backoff
from neighborcam.engine.camera.packet import MediaPacket, PacketSink, StreamFormat
from neighborcam.engine.camera.source import Source, open_source
from neighborcam.engine.camera.stream_statistics import (
    StreamCounter,
    StreamStatistics,
)
from neighborcam.engine.camera.timeouts import Timeouts
from neighborcam.engine.config import Transport
from neighborcam.engine.errors import CameraEnded, CameraError
from neighborcam.engine.states import CameraState, move

_LOG: Final = logging.getLogger(__name__)
_PROVEN_S: Final = 30.0  # live this long: the next failure is a new one

type Report = Callable[[CameraState, str], object]


class OpenSource(Protocol):
    """How a worker connects; tests put another in its place."""

    def __call__(self) -> Source:
        """Open the stream; raises the `CameraError` tree."""


class StreamWorker:
    """Reads one stream until it is stopped.

    ``sinks`` are called in the stream's thread, in order; one that raises gets nothing
    more until the next `opened`. ``report(state, reason)`` is called in the stream's
    thread, or by the caller of `stop`, and only when something changed. While it tries
    again and again it keeps the state of the last failure, rather than to flicker.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        sinks: Sequence[PacketSink],
        report: Report,
        *,
        transport: Transport = Transport.TCP,
        audio: bool = True,
        timeouts: Timeouts | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        random: Random | None = None,
        connect: OpenSource | None = None,
    ) -> None:
        self.name = name
        self._sinks = tuple(sinks)
        self._attached = self._sinks
        self._report = report
        self._monotonic = monotonic
        self._connect = connect or (
            lambda: open_source(
                address.url,
                address.username,
                address.password,
                transport=transport,
                timeouts=timeouts,
                audio=audio,
                clock=clock,
            )
        )
        # Jitter keeps cameras apart; nothing secret hangs on it.
        self._backoff = Backoff(random or Random())  # noqa: S311
        self._state = CameraState.OFF
        self._reason = ""
        self._was_live = False
        self._stopping = threading.Event()
        self._telling = threading.Lock()  # held while sinks are called: see `stop`
        self._thread: threading.Thread | None = None
        self._counter = StreamCounter()

    @property
    def state(self) -> CameraState:
        """What was last reported."""
        return self._state

    def statistics(self) -> StreamStatistics:
        """Return numbers about the stream; from any thread."""
        return self._counter.snapshot()

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(
            target=self.run, name=f"stream {self.name}", daemon=True
        )
        self._thread.start()

    def stop(self, wait_s: float = 2.0) -> bool:
        """Stop; from when this returns no sink is called any more.

        FFmpeg cannot be interrupted in a read: the thread then ends by itself within
        the read timeout. Returns whether it has ended.
        """
        self._stopping.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(wait_s)
        with self._telling:
            self._detach_all()
        self._become(CameraState.OFF, "")
        return thread is None or not thread.is_alive()

    def run(self) -> None:
        """Loop until stopped; nothing that a camera does ends it."""
        self._become(CameraState.CONNECTING, "")
        while not self._stopping.is_set():
            began = self._monotonic()
            state = self._attempt()
            if self._monotonic() - began > _PROVEN_S and self._was_live:
                self._backoff.reset()
            if not self._stopping.wait(self._backoff.next_s(state)):
                self._counter.reconnects += 1

    def run_once(self) -> None:
        """Connect and hand on packets until the stream fails; raises `CameraError`.

        Returns only when the worker was stopped.
        """
        self._was_live = False
        with closing(self._connect()) as source:
            try:
                self._hand_on(source)
            finally:
                self._tell_closed()

    def _attempt(self) -> CameraState:
        try:
            self.run_once()
        except CameraError as failure:
            return self._fail(failure.state, str(failure))
        except Exception:  # noqa: BLE001 - the outermost loop of this thread
            _LOG.exception("stream %s failed in a way nobody foresaw", self.name)
            return self._fail(
                CameraState.RECONNECTING,
                "something went wrong inside NeighborCam; connecting again (the log"
                " has the details)",
            )
        return CameraState.OFF

    def _fail(self, state: CameraState, reason: str) -> CameraState:
        if not self._stopping.is_set():
            self._become(state, reason)
        return state

    def _hand_on(self, source: Source) -> None:
        told: StreamFormat | None = None
        for packet in source:
            with self._telling:
                if self._stopping.is_set():
                    return
                if source.format is not told:
                    told = source.format
                    self._tell_opened(told)
                self._tell(packet)
            if not self._was_live:
                self._was_live = True
                self._become(CameraState.LIVE, "")
        raise CameraEnded("the camera ended the stream; connecting again")

    def _tell_opened(self, stream_format: StreamFormat) -> None:
        self._attached = self._sinks
        self._counter.opened(stream_format)
        for sink in self._attached:
            try:
                sink.opened(stream_format)
            except Exception:  # noqa: BLE001 - a broken sink must not cost the others
                self._detach(sink)

    def _tell(self, packet: MediaPacket) -> None:
        self._counter.packet(packet)
        for sink in self._attached:
            try:
                sink.packet(packet)
            except Exception:  # noqa: BLE001 - a broken sink must not cost the others
                self._detach(sink)

    def _tell_closed(self) -> None:
        with self._telling:
            self._detach_all()

    def _detach_all(self) -> None:
        attached, self._attached = self._attached, ()
        for sink in attached:
            try:
                sink.closed()
            except Exception:  # noqa: BLE001 - a broken sink must not cost the others
                _LOG.exception("stream %s: a sink failed to close", self.name)

    def _detach(self, sink: PacketSink) -> None:
        _LOG.exception(
            "stream %s: %s failed and gets nothing until the stream opens again",
            self.name,
            type(sink).__name__,
        )
        self._attached = tuple(one for one in self._attached if one is not sink)

    def _become(self, state: CameraState, reason: str) -> None:
        if (state, reason) == (self._state, self._reason):
            return
        if state is not self._state:
            self._move(state)
        self._reason = reason
        self._report(state, reason)

    def _move(self, state: CameraState) -> None:
        """Follow the table; between two failures lies an attempt nobody was told of."""
        failed_before = self._state not in {
            CameraState.OFF, CameraState.CONNECTING, CameraState.LIVE
        }  # fmt: skip
        if failed_before and state not in {CameraState.OFF, CameraState.CONNECTING}:
            self._state = move(self._state, CameraState.CONNECTING)
        self._state = move(self._state, state)
