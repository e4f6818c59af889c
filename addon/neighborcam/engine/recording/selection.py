"""Which packets a camera's mode asks for. Pure: wall times come with the packets."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from neighborcam.engine.camera.packet import MediaKind, MediaPacket
from neighborcam.engine.config import CameraConfig, RecordingMode
from neighborcam.engine.facts import EpisodeId

# An episode is told some seconds after its first frame, which it then names: the
# pre-roll counts from there, so as much more must be at hand.
_TOLD_LATE: Final = timedelta(seconds=5)
_MAX_BYTES: Final = 64 << 20  # of one camera's pre-roll, whatever its bit rate


class Selection:
    """Passes packets on, keeps them for a pre-roll, or lets them go."""

    def __init__(self, config: CameraConfig) -> None:
        self._config = config
        self._groups: deque[list[MediaPacket]] = deque()
        self._bytes = 0
        self._open: set[EpisodeId] = set()
        self._from: datetime | None = None
        self._until: datetime | None = None

    def configure(self, config: CameraConfig) -> None:
        """Take changed settings; what was kept for a pre-roll stays at hand."""
        self._config = config

    def episode_started(self, episode: EpisodeId, at: datetime) -> None:
        """Ask for everything from the pre-roll on."""
        self._open.add(episode)
        begin = at - timedelta(seconds=self._config.pre_roll_s)
        self._from = begin if self._from is None else min(self._from, begin)

    def episode_ended(self, episode: EpisodeId, at: datetime) -> None:
        """Ask for the post-roll; another open episode keeps the recording going."""
        self._open.discard(episode)
        end = at + timedelta(seconds=self._config.post_roll_s)
        self._until = end if self._until is None else max(self._until, end)

    def clear(self) -> None:
        """Forget what was kept: another connection follows, with other times."""
        self._groups.clear()
        self._bytes = 0

    def offer(self, packet: MediaPacket) -> list[MediaPacket]:
        """Return what is to be recorded now, oldest first; empty if nothing is."""
        match self._config.recording:
            case RecordingMode.CONTINUOUS:
                return [packet]
            case RecordingMode.EPISODES:
                return self._offer_to_episodes(packet)
            case _:
                self.clear()
                return []

    def _offer_to_episodes(self, packet: MediaPacket) -> list[MediaPacket]:
        self._keep(packet)
        if not self._wanted(packet.wall):
            self._trim(packet.wall)
            return []
        begin = self._from
        kept = [
            kept
            for number, group in enumerate(self._groups)
            if begin is None or self._end_of(number, packet.wall) > begin
            for kept in group
        ]
        self.clear()
        return kept

    def _wanted(self, now: datetime) -> bool:
        if self._open:
            return True
        if self._until is not None and now <= self._until:
            return True
        self._from = self._until = None
        return False

    def _keep(self, packet: MediaPacket) -> None:
        starts_group = packet.kind is MediaKind.VIDEO and packet.is_key
        if starts_group or not self._groups:
            self._groups.append([])
        self._groups[-1].append(packet)
        self._bytes += len(packet.data)

    def _trim(self, now: datetime) -> None:
        keep_from = now - timedelta(seconds=self._config.pre_roll_s) - _TOLD_LATE
        while len(self._groups) > 1 and (
            self._end_of(0, now) < keep_from or self._bytes > _MAX_BYTES
        ):
            self._bytes -= sum(len(packet.data) for packet in self._groups.popleft())

    def _end_of(self, number: int, now: datetime) -> datetime:
        follows = number + 1 < len(self._groups)
        return self._groups[number + 1][0].wall if follows else now
