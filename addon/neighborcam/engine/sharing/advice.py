"""What to think about before a text leaves: a steward would look at the same."""

from typing import Final

from neighborcam.engine.neighbours import Advice, Draft
from neighborcam.protocol.wording import Concern, concerns

_WORDS: Final[dict[Concern, str]] = {
    Concern.REWARD: "A reward sends people after people. Leave it out.",
    Concern.PURSUIT: "Ask nobody to chase or hold somebody. That is for the police.",
    Concern.CONTACT: "A telephone number or address can be read by many. Leave it out.",
    Concern.ADDRESS: "A house can be found by this. The area is told anyway.",
    Concern.PLATE: "A number plate is somebody's name. Give it to the police.",
    Concern.LINK: "Say it in your own words: links can lead anywhere.",
    Concern.LOOKS_ONLY: "Say what was done, not how somebody looked.",
}


def advice(draft: Draft) -> tuple[Advice, ...]:
    """Return what an author should reconsider. It forbids nothing."""
    found = concerns(draft.headline, draft.text, draft.instruction)
    return tuple(Advice(concern=str(each), text=_WORDS[each]) for each in found)
