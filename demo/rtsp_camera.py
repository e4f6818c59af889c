"""One fake camera: plays its clips for everybody who watches, faults included."""

import asyncio
import random
import time
from collections.abc import Sequence

from demo.clip import Clip, Unit
from demo.faults import Faults, Serving, Shock
from demo.http_auth import Gate
from demo.rtsp_session import Session

_LATE_S = 1.0
"""Behind by more than this, the clock starts anew instead of sending a burst."""


class Camera:
    """A name under which clips are played in a loop, in real time.

    Everything here belongs to the server's loop; other threads go through
    `RtspServer`.
    """

    def __init__(
        self, name: str, clips: Sequence[Clip], gate: Gate | None, seed: int
    ) -> None:
        self.name = name
        self.gate = gate
        self.faults = Faults()
        self.sessions: set[Session] = set()
        self.connections: set[asyncio.WriteTransport] = set()
        self.pictures_sent = 0
        self._clips = tuple(clips)
        self._playing = 0
        self._switch = False
        self._jump_s = 0.0
        self._random = random.Random(seed)

    @property
    def clip(self) -> Clip:
        """The clip that plays now."""
        return self._clips[self._playing]

    def fault(self, mode: str) -> None:
        """Misbehave as `demo.faults` describes, or behave again (`ok`)."""
        if mode == "resize" and len(self._clips) == 1:
            raise ValueError(f"{self.name} has one clip: nothing to resize to")
        shock, value = self.faults.apply(mode)
        if shock is Shock.KILL:
            self._disconnect(abruptly=True)
        elif shock is Shock.HANGUP:
            self._disconnect(abruptly=False)
        elif shock is Shock.JUMP:
            self._jump_s += value
        elif shock is Shock.RESIZE:
            self._switch = True

    def _disconnect(self, *, abruptly: bool) -> None:
        for transport in tuple(self.connections):
            if abruptly:
                transport.abort()
            else:
                transport.close()

    async def run(self) -> None:
        """Play until cancelled."""
        loop = asyncio.get_running_loop()
        clip_start = loop.time()
        stream_s = 0.0
        while True:
            clip = self.clip
            for track, unit in clip.timeline():
                due = clip_start + unit.sent_s
                if loop.time() > due + _LATE_S:
                    clip_start = loop.time() - unit.sent_s
                elif (wait := due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                self._send(track, unit, stream_s + unit.pts_s + self._jump_s)
                if self._switch:
                    break
            if self._switch:
                # The next clip begins with a key frame of its own, so the cut may
                # fall anywhere; time goes on as if it were the same stream.
                self._switch = False
                self._playing = (self._playing + 1) % len(self._clips)
                stream_s += unit.sent_s + 1 / 15
                clip_start += unit.sent_s + 1 / 15
            else:
                stream_s += clip.duration_s
                clip_start += clip.duration_s

    def _send(self, track: int, unit: Unit, at_s: float) -> None:
        if track == 0:
            self.pictures_sent += 1
        if self.faults.serving is Serving.STALL:
            return
        now = time.time()
        for session in tuple(self.sessions):
            payloads = self._damaged(unit.payloads)
            session.send(track, unit, payloads, at_s=at_s, now=now)

    def _damaged(self, payloads: Sequence[bytes]) -> Sequence[bytes | None]:
        """Return the payloads with this camera's faults; None is a lost packet."""
        if not (self.faults.corrupt or self.faults.drop):
            return payloads
        return [self._damage(payload) for payload in payloads]

    def _damage(self, payload: bytes) -> bytes | None:
        dice = self._random
        if dice.random() < self.faults.drop:
            return None
        if not self.faults.corrupt or len(payload) <= 40 or dice.random() > 0.3:
            return payload
        damaged = bytearray(payload)
        for _ in range(8):
            damaged[dice.randrange(12, len(damaged))] = dice.randrange(256)
        return bytes(damaged)
