"""Collecting: rounds that are over, capsules tried, answers kept or taken back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Final

from neighborcam.agency.capsule_reading import read_all
from neighborcam.agency.case_state import CaseState, KeptAnswer
from neighborcam.agency.erasing import Erasing, erased_in, is_copied
from neighborcam.agency.errors import HubAway
from neighborcam.agency.parts import Parts
from neighborcam.agency.replies import Replies
from neighborcam.protocol import rounds
from neighborcam.protocol.answers import Answer
from neighborcam.protocol.capsules import PAGE
from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.requests import CollectWish

_MOST_PAGES: Final = 64  # 65,536 homes
KEPT: Final = timedelta(days=1)  # capsules at the hub, after a request's end


@dataclass(frozen=True, kw_only=True)
class Collected:
    """How many homes took part, how many answers are new, and what came too late.

    ``missed`` counts rounds that the hub had deleted before they were fetched.
    """

    homes: int
    fresh: int
    missed: int


def last_call(asked: Asked, now: datetime) -> datetime:
    """Return until when the capsules of a request can be collected."""
    return (asked.ended_at(now) or asked.request.expires) + KEPT


def rounds_over(asked: Asked, now: datetime) -> list[int]:
    """Return the rounds of a request that began, and are over."""
    request = asked.request
    ended = asked.ended_at(now)
    found = []
    for number in range(
        rounds.count(asked.logged, request.expires, urgent=request.urgent)
    ):
        begins, ends = rounds.span(
            asked.logged, request.expires, number, urgent=request.urgent
        )
        over = min(ends, ended) if ended else ends
        if begins < over and now > over + rounds.GRACE:
            found.append(number)
    return found


class Collecting:
    """Fetches what homes posted."""

    def __init__(self, parts: Parts, replies: Replies, erasing: Erasing) -> None:
        self._parts = parts
        self._replies = replies
        self._erasing = erasing

    async def run(self, request: str) -> Collected:
        """Fetch the rounds that are over. Raises `NotNow`, `HubAway`, `HubSaidNo`.

        What was fetched before stands, whatever happens.
        """
        parts = self._parts
        asked, state = await parts.asked(request), parts.notes.get(request)
        seal, now, fresh = parts.ring.seal(request), parts.clock(), 0
        known = state.homes.keys() | set(state.missed)
        for number in (each for each in rounds_over(asked, now) if each not in known):
            if now > last_call(asked, now):
                self._miss(request, state, number)
                continue
            answers, homes, before = [], 0, erased_in(state)
            async for capsules in self._pages(request, number):
                answers += read_all(capsules, seal, request)
                homes += len(capsules)
            parts.note(request, "collected", f"round {number + 1}")
            # A home may take back in a round what it said in the same.
            answers.sort(key=lambda each: each.kind == "revoked")
            fresh += sum([self._take(request, state, each) for each in answers])
            state.homes[number] = homes
            put = parts.notes.put if erased_in(state) == before else self._erasing.put
            put(request, state)
        await self._replies.deliver(request, state)
        homes = max(state.homes.values(), default=0)
        return Collected(homes=homes, fresh=fresh, missed=len(state.missed))

    async def _pages(self, request: str, number: int) -> AsyncIterator[list[bytes]]:
        """Yield the capsules of a round, page by page: a town's do not fit at once.

        Raises `HubAway` for a hub that repeats itself, or goes on for ever.
        """
        after: str | None = None
        for _ in range(_MOST_PAGES):
            capsules = await self._fetch(request, number, after)
            yield capsules
            if len(capsules) < PAGE:
                return
            names = [after or "", *(sha256(each).hexdigest() for each in capsules)]
            if any(later <= earlier for earlier, later in pairwise(names)):
                raise HubAway("the hub gives capsules out twice, or in no order")
            after = names[-1]
        raise HubAway("the hub gives out more capsules than there are homes")

    async def _fetch(self, request: str, number: int, after: str | None) -> list[bytes]:
        wish = CollectWish(
            request=request,
            certificate=self._parts.own()[1].sha256,
            at=self._parts.now(),
            round=number,
            after=after,
        )
        spoken = self._parts.spoken(wish)
        return await self._parts.client.capsules("/api/collections", spoken)

    def _miss(self, request: str, state: CaseState, number: int) -> None:
        self._parts.note(request, "missed", f"round {number + 1}")
        state.missed.append(number)
        self._parts.notes.put(request, state)

    def _take(self, request: str, state: CaseState, answer: Answer) -> bool:
        """Keep an answer; tell whether it is new."""
        if answer.id in state.answers:
            return False
        kept = KeptAnswer.of(answer, self._parts.now())
        for about in [each.sha256 for each in kept.items] or [answer.id]:
            again = state.is_elsewhere(kept, about)
            self._parts.note(request, "received", about, again=again)
        state.answers[answer.id] = kept
        gone = state.answers.get(answer.about or "")
        if answer.kind != "revoked":
            self._replies.tell(state, kept, "received")
        elif gone is not None:
            self._revoke(request, state, gone)
        return True

    def _revoke(self, request: str, state: CaseState, gone: KeptAnswer) -> None:
        """Erase what its owner took back; a copy elsewhere is a person's work first."""
        self._parts.note(request, "revoked", gone.id)
        gone.revoked = self._parts.now()
        if not is_copied(gone):
            self._erasing.erase(request, state, gone)
