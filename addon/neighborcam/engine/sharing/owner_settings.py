"""What an owner set about requests: where cameras stand, what is muted. Stays here."""

from collections.abc import Sequence
from typing import Final

import msgspec

from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.requests import AnswerDraft, Muted, MuteView, Viewpoint
from neighborcam.protocol.requests import Request

_VIEWPOINTS: Final = "viewpoints"
_MUTED: Final = "muted"


class OwnerSettings:
    """Facts of the sharing store, typed."""

    def __init__(self, store: SharingStore) -> None:
        self._store = store

    def viewpoints(self) -> tuple[Viewpoint, ...]:
        """Return where the cameras stand."""
        data = self._store.fact(_VIEWPOINTS)
        return msgspec.json.decode(data, type=tuple[Viewpoint, ...]) if data else ()

    def place(self, viewpoints: Sequence[Viewpoint]) -> None:
        """Say where the cameras stand."""
        self._store.put_fact(_VIEWPOINTS, msgspec.json.encode(tuple(viewpoints)))

    def muted(self) -> MuteView:
        """Return what is not shown."""
        data = self._store.fact(_MUTED)
        return msgspec.json.decode(data, type=MuteView) if data else MuteView()

    def mute(self, muted: MuteView) -> None:
        """Change what is not shown."""
        kept = msgspec.structs.replace(muted, pin_set=False)
        self._store.put_fact(_MUTED, msgspec.json.encode(kept))

    def is_muted(self, request: Request) -> bool:
        """Tell whether this home does not want to see a request."""
        muted = self.muted()
        return (
            muted.everything
            or request.agency in muted.agencies
            or request.offence in muted.offences
        )

    def mute_like(self, request: Request, draft: AnswerDraft) -> None:
        """Mute the agency of a request, its offence, or all."""
        muted = self.muted()
        match draft.mutes:
            case Muted.AGENCY:
                agencies = tuple({*muted.agencies, request.agency})
                muted = msgspec.structs.replace(muted, agencies=agencies)
            case Muted.OFFENCE:
                offences = tuple({*muted.offences, str(request.offence)})
                muted = msgspec.structs.replace(muted, offences=offences)
            case Muted.ALL:
                muted = msgspec.structs.replace(muted, everything=True)
        self.mute(muted)
