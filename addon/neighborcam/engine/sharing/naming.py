"""Which cell this home's alerts name: as fine as a crowd around it allows.

The hub tells once a day which cells of a region may be named; the home picks its own
out of all of them, so the hub learns nothing by the question.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

import h3
import msgspec

from neighborcam.engine.errors import HubRefused
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.filters import REGION, Place
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.protocol.cells import COARSEST, WITHOUT_CENSUS, publish_cell

_FACT: Final = "cell"
_LOG: Final = logging.getLogger(__name__)


class _Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """The finest resolution that the hub took or named, and on which day it did."""

    resolution: int
    day: str


class Naming:
    """The name of this home's place. The place itself stays here."""

    def __init__(
        self,
        place: Place,
        link: HubLink,
        store: SharingStore,
        clock: Callable[[], datetime],
    ) -> None:
        self._place = place
        self._link = link
        self._store = store
        self._clock = clock

    def cell(self) -> str:
        """Return the cell for an alert of now."""
        allowed = self._allowed()
        return self._at(allowed.resolution if allowed else WITHOUT_CENSUS)

    def refuse(self, cell: str) -> None:
        """Take it that the hub does not take this cell, nor a finer one."""
        self._put(max(COARSEST, h3.get_resolution(cell) - 1))

    async def refresh(self) -> None:
        """Ask which cells may be named, once a day.

        Raises `HubUnreachable`. A hub that does not tell refuses what is too fine.
        """
        known = self._allowed()
        if known is not None and known.day == self._today():
            return
        region = h3.cell_to_parent(self._at(COARSEST), REGION)
        try:
            view = await self._link.cells(region)
        except HubRefused as refused:
            _LOG.debug("the hub does not tell which cells it takes: %s", refused.code)
            return
        has_crowd = frozenset(view.cells).__contains__ if view.census else None
        place = self._place
        cell = publish_cell(place.latitude, place.longitude, has_crowd)
        self._put(h3.get_resolution(cell))

    def _at(self, resolution: int) -> str:
        place = self._place
        return str(h3.latlng_to_cell(place.latitude, place.longitude, resolution))

    def _allowed(self) -> _Allowed | None:
        data = self._store.fact(_FACT)
        return msgspec.json.decode(data, type=_Allowed) if data else None

    def _put(self, resolution: int) -> None:
        allowed = _Allowed(resolution=resolution, day=self._today())
        self._store.put_fact(_FACT, msgspec.json.encode(allowed))

    def _today(self) -> str:
        return self._clock().date().isoformat()
