"""What the API asks about agencies' requests."""

from collections.abc import Sequence
from typing import Protocol

from neighborcam.engine.requests import (
    AgencyView,
    AnswerDraft,
    AnswerView,
    ClipOrder,
    ClipView,
    HoldView,
    MuteView,
    RequestReview,
    RequestView,
    TakenBack,
    Viewpoint,
)


class RequestsPort(Protocol):
    """Agencies' requests, and what this home answers; on the loop."""

    def shown(self) -> tuple[RequestView, ...]:
        """Return the requests that are shown."""

    async def review(self, request: str) -> RequestReview:
        """Return all that its owner should know. Raises `NotFound`."""

    async def make(self, request: str, order: ClipOrder) -> ClipView:
        """Make a clip. Raises `NotFound`, `Conflict`, `InvalidInput`."""

    def made(self, clip: str) -> tuple[bytes, str]:
        """Return a clip that was made and its media type. Raises `NotFound`."""

    async def answer(self, request: str, draft: AnswerDraft) -> None:
        """Decide. Raises `Conflict` when it is over, `WrongPin`, `InvalidInput`."""

    async def write(
        self, request: str, answer: str, text: str, pin: str | None
    ) -> AnswerView:
        """Write again. Raises as `answer` does."""

    async def revoke(self, request: str, answer: str) -> TakenBack:
        """Take an answer back, and tell how far that reaches."""

    def viewpoints(self) -> tuple[Viewpoint, ...]:
        """Return where the cameras stand."""

    def place(self, viewpoints: Sequence[Viewpoint]) -> None:
        """Say where the cameras stand."""

    def muted(self) -> MuteView:
        """Return what is not shown."""

    def mute(self, muted: MuteView) -> None:
        """Change what is not shown."""

    def held(self) -> tuple[HoldView, ...]:
        """Return what is held for answers. In a thread."""

    def let_go(self, hold: str) -> None:
        """Release it. Raises `NotFound`, `StorageError`. In a thread."""

    async def set_pin(self, pin: str | None, old: str | None) -> None:
        """Set or remove the PIN. Raises `WrongPin`."""

    def agencies(self) -> tuple[AgencyView, ...]:
        """Return the agencies of the hub."""

    async def veto(self, agency: str) -> None:
        """Object to an agency. Raises `NotFound`, `Conflict`."""
