"""Decoded frames of one camera in, facts out: the detector and the episode table."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from neighborcam.engine.camera.decode import LumaFrame
from neighborcam.engine.config import CameraConfig, CameraId, ZoneId
from neighborcam.engine.facts import EngineFact, EpisodeId, SceneChanged
from neighborcam.engine.motion.detector import Detector, Observation
from neighborcam.engine.motion.episode import ZoneEpisodes


class MotionPipeline:
    """Runs in the stream's thread; ``publish`` must be safe to call from there."""

    def __init__(
        self,
        config: CameraConfig,
        publish: Callable[[EngineFact], None],
        new_id: Callable[[datetime], EpisodeId],
        watch: Callable[[LumaFrame, Detector], None] | None = None,
    ) -> None:
        self._camera = CameraId(config.id)
        self._publish = publish
        self._watch = watch
        self.detector = Detector(config)
        zones = [None, *(ZoneId(zone.id) for zone in config.zones)]
        self._episodes = {
            zone: ZoneEpisodes(self._camera, zone, new_id) for zone in zones
        }

    def take(self, frames: Iterable[LumaFrame]) -> bool:
        """Process frames in order of time; return whether any showed motion.

        Damaged frames are passed over: what moves in them may never have happened.
        """
        moved = False
        for frame in frames:
            if frame.corrupt:
                continue
            observation = self.detector.step(
                frame.luma, frame.wall.timestamp(), saturation=frame.saturation
            )
            if self._watch is not None:
                self._watch(frame, self.detector)
            self._tell(observation)
            moved = moved or bool(observation.sightings)
        return moved

    def glance(self, frames: Iterable[LumaFrame]) -> bool:
        """Process key frames while motion is certain; return whether it goes on.

        A damaged one says nothing, so what moved before it goes on.
        """
        moved = False
        for frame in frames:
            if frame.corrupt:
                moved = True
                continue
            observation = self.detector.glance(frame.luma, frame.wall.timestamp())
            self._tell(observation)
            moved = moved or bool(observation.sightings)
        return moved

    def end(self) -> None:
        """End what is open: no more frames come."""
        for episodes in self._episodes.values():
            if (ended := episodes.end()) is not None:
                self._publish(ended)

    def _tell(self, observation: Observation) -> None:
        seen = {sighting.zone: sighting for sighting in observation.sightings}
        for zone, episodes in self._episodes.items():
            fact = episodes.step(seen.get(zone), observation.at_s)
            if fact is not None:
                self._publish(fact)
        if observation.scene is not None:
            self._publish(
                SceneChanged(
                    camera=self._camera,
                    at=datetime.fromtimestamp(observation.at_s, UTC),
                    kind=observation.scene,
                )
            )
