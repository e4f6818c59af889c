"""How the connection to the hub is, over all the regions that are listened to."""

from collections.abc import Callable
from typing import Final, Literal

type State = Literal["connected", "connecting", "unreachable", "refused", "distrusted"]

_WORST_FIRST: Final[tuple[State, ...]] = (
    "refused",
    "unreachable",
    "connecting",
    "connected",
)


class HubState:
    """The worst of what the regions say. ``changed`` is called when it is another."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._by_region: dict[str, tuple[State, str]] = {}

    @property
    def now(self) -> tuple[State, str]:
        """State and reason, for people."""
        for state in _WORST_FIRST:
            for each in self._by_region.values():
                if each[0] == state:
                    return each
        return "connecting", ""

    def say(self, region: str, state: State, reason: str) -> None:
        """Take what one of them says."""
        if region not in self._by_region:
            return  # nobody listens to it any more
        before = self.now
        self._by_region[region] = state, reason
        if self.now != before:
            self._changed()

    def keep_to(self, regions: frozenset[str]) -> None:
        """Count these regions and no others; a new one is connecting."""
        begin: tuple[State, str] = "connecting", ""
        self._by_region = {each: self._by_region.get(each, begin) for each in regions}
