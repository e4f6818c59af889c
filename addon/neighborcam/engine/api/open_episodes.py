"""The episodes that last, kept from the facts, so a snapshot never lags the changes."""

import msgspec

from neighborcam.engine.api.push_messages import OpenEpisode
from neighborcam.engine.bus import CameraRemoved, EpisodeRemoved, News
from neighborcam.engine.facts import (
    EpisodeId,
    EpisodeLabelled,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
)


class OpenEpisodes:
    """A listener of the bus; used on the loop only."""

    def __init__(self) -> None:
        self._open: dict[EpisodeId, OpenEpisode] = {}

    def list(self) -> tuple[OpenEpisode, ...]:
        """Return the episodes that last, oldest first."""
        return tuple(self._open.values())

    def take(self, news: News) -> None:
        """Keep up with what happened."""
        match news:
            case MotionStarted():
                self._open[news.episode] = OpenEpisode(
                    id=news.episode,
                    camera=news.camera,
                    zone=news.zone,
                    started_at=news.at,
                    box=news.box,
                    score=news.score,
                )
            case MotionUpdated():
                self._change(news.episode, box=news.box, score=news.score)
            case EpisodeLabelled():
                self._change(news.episode, labels=news.labels)
            case MotionEnded() | EpisodeRemoved():
                self._open.pop(news.episode, None)
            case CameraRemoved():
                self._open = {
                    id_: episode
                    for id_, episode in self._open.items()
                    if episode.camera != news.camera
                }
            case _:
                pass

    def _change(self, episode: EpisodeId, **changes: object) -> None:
        known = self._open.get(episode)
        if known is not None:
            self._open[episode] = msgspec.structs.replace(known, **changes)
