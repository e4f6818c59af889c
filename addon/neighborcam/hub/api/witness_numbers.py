"""When each witness of the log signed last, for Prometheus."""

from collections.abc import Mapping

from prometheus_client.core import GaugeMetricFamily

from neighborcam.hub.witness_marks import Mark


class WitnessNumbers:
    """Collects what was read just now."""

    def __init__(self, marks: Mapping[str, Mark]) -> None:
        self._marks = marks

    def collect(self) -> list[GaugeMetricFamily]:
        """Return three gauges with a row for each witness."""
        signed = _family("signed_seconds", "When a witness signed last; 0: never")
        size = _family("entries", "How many entries of the log a witness has signed")
        ahead = _family(
            "ahead_entries",
            "How many entries a witness says to have signed when the log has fewer",
        )
        for name, mark in self._marks.items():
            at = mark.signed.timestamp() if mark.signed else 0
            signed.add_metric([name], at)
            size.add_metric([name], mark.size)
            ahead.add_metric([name], mark.ahead)
        return [signed, size, ahead]


def _family(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(
        f"neighborcam_hub_witness_{name}", text, labels=["witness"]
    )
