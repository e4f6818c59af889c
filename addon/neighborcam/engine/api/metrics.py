"""Numbers for Prometheus, read when asked. No addresses, no names of people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from neighborcam.engine.api.ports import CameraStatus
from neighborcam.engine.index.rows import StorageUse
from neighborcam.engine.states import CameraState

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_COUNTERS: Final = (
    ("frames", "frames", "Video frames received"),
    ("received_bytes", "received_bytes", "Bytes of media received"),
    ("reconnects", "reconnects", "Times the stream was opened again"),
    ("episodes", "episodes", "Motion episodes begun"),
)


@dataclass(frozen=True, kw_only=True)
class _Cameras(Collector):
    cameras: Sequence[CameraStatus]
    storage: Sequence[StorageUse]

    def collect(self) -> Iterable[Metric]:
        yield self._states()
        for field, name, text in _COUNTERS:
            family = CounterMetricFamily(
                f"neighborcam_camera_{name}",
                f"{text} since the engine started",
                labels=["camera"],
            )
            for camera in self.cameras:
                family.add_metric([camera.config.id], getattr(camera.statistics, field))
            yield family
        yield self._recorded()

    def _states(self) -> Metric:
        family = GaugeMetricFamily(
            "neighborcam_camera_state",
            "1 for the state that a camera is in, 0 for the others",
            labels=["camera", "state"],
        )
        for camera in self.cameras:
            for state in CameraState:
                family.add_metric(
                    [camera.config.id, state.value], float(camera.state is state)
                )
        return family

    def _recorded(self) -> Metric:
        family = GaugeMetricFamily(
            "neighborcam_camera_recording_bytes",
            "Bytes on disk of a camera's recordings",
            labels=["camera"],
        )
        for use in self.storage:
            family.add_metric([use.camera], use.size_bytes)
        return family


def render(cameras: Sequence[CameraStatus], storage: Sequence[StorageUse]) -> bytes:
    """Return the metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Cameras(cameras=cameras, storage=storage))
    return generate_latest(registry)
