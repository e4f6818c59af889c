"""Whether the hub is believed: once it lied, not before a person says so.

It is kept on disk. A restart must not forgive what only a person may.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from neighborcam.engine.errors import HubMisbehaves, StorageError
from neighborcam.engine.index.sharing_store import SharingStore

_FACT: Final = "distrust"
_LOG: Final = logging.getLogger(__name__)


class Distrust(msgspec.Struct, frozen=True, kw_only=True):
    """Why and since when. ``evidence`` is a file in the data folder, or empty."""

    reason: str
    at: datetime
    evidence: str = ""


class Trust:
    """The trust of this home in its hub. ``lost`` is called at the moment it goes."""

    def __init__(
        self,
        store: SharingStore,
        lost: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._lost = lost
        self._clock = clock
        kept = store.fact(_FACT)
        self.distrust = msgspec.json.decode(kept, type=Distrust) if kept else None

    def check(self) -> None:
        """Raise `HubMisbehaves` with the reason once the hub is not believed."""
        if self.distrust is not None:
            raise HubMisbehaves(self.distrust.reason, self.distrust.evidence)

    def lose(self, problem: HubMisbehaves) -> None:
        """Believe the hub no more. The first reason stays."""
        if self.distrust is not None:
            return
        self.distrust = Distrust(
            reason=str(problem), at=self._clock(), evidence=problem.evidence
        )
        try:
            self._store.put_fact(_FACT, msgspec.json.encode(self.distrust))
        except StorageError as full:
            _LOG.warning("that the hub lied is not written down: %s", full)
        self._lost()


def regain(store: SharingStore, *, anew: bool) -> None:
    """Believe the hub again: its owner has looked at the evidence.

    With ``anew`` what was read of its log is forgotten, so that another past is taken;
    without it a log that still contradicts itself is found out at once.
    """
    if anew:
        store.forget_log()
    store.forget_fact(_FACT)
