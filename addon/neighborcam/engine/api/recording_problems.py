"""Which cameras cannot be recorded, kept from the facts for the snapshot."""

from neighborcam.engine.bus import CameraRemoved, News
from neighborcam.engine.config import CameraId
from neighborcam.engine.facts import RecordingResumed, RecordingStopped


class RecordingProblems:
    """A listener of the bus; used on the loop only."""

    def __init__(self) -> None:
        self._reasons: dict[CameraId, str] = {}

    def reason(self, camera: str) -> str:
        """Return why a camera is not recorded though it should be; or nothing."""
        return self._reasons.get(CameraId(camera), "")

    def take(self, news: News) -> None:
        """Keep up with what happened."""
        match news:
            case RecordingStopped():
                self._reasons[news.camera] = news.reason
            case RecordingResumed() | CameraRemoved():
                self._reasons.pop(news.camera, None)
            case _:
                pass
