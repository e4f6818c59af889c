"""How a person tells a desk of its hub: an invite, what the hub says, or two words."""

from typing import Any, Final

import msgspec

from neighborcam.agency.casebook import DeskSettings
from neighborcam.agency.errors import InvalidInput
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.invites import parse_link

_WORDS: Final = 2


def read_hub_line(text: str, hub: str = "") -> DeskSettings:
    """Return a desk's settings out of what somebody pasted. Raises `InvalidInput`.

    It is a member's invite (its code is of no use to a desk), what the hub shows under
    ``/api/hub`` with its address as ``hub``, or address and key of the log.
    """
    text = text.strip()
    try:
        settings = _read(text, hub.strip())
        _ = settings.policy
    except (InvalidMessage, msgspec.ValidationError, msgspec.DecodeError) as problem:
        raise InvalidInput(str(problem), "hub") from None
    if not settings.hub.startswith(("https://", "http://")):
        raise InvalidInput("the hub's address begins with https://", "hub")
    return settings


def _read(text: str, hub: str) -> DeskSettings:
    if text.startswith("{"):
        said = msgspec.json.decode(text, type=dict[str, Any])
        named = {
            name: said[name] for name in DeskSettings.__struct_fields__ if name in said
        }
        return msgspec.convert({"hub": hub, **named}, DeskSettings)
    if "#" in text:
        invite = parse_link(text)
        return DeskSettings(
            hub=invite.hub,
            log=invite.log,
            witnesses=invite.witnesses,
            quorum=invite.quorum,
        )
    words = text.split()
    if len(words) == _WORDS:
        return DeskSettings(hub=words[0], log=words[1])
    if hub and len(words) == 1:
        return DeskSettings(hub=hub, log=words[0])
    raise InvalidMessage("paste an invite, or the hub's address and its log's key")
