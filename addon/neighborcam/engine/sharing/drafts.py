"""What a home keeps of its membership, and what a text should not hold."""

import msgspec

from neighborcam.engine.neighbours import Draft
from neighborcam.protocol.wording import concerns


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a home keeps of its membership."""

    invite: str  # without its code
    name: str
    household: str
    seed: bytes
    latitude: float
    longitude: float


def warnings(draft: Draft) -> tuple[str, ...]:
    """Return what a steward would look at in a text, for its author to reconsider."""
    return tuple(concerns(draft.headline, draft.text, draft.instruction))
