"""The end of a request: how it ended, what came of it, what became of the clips.

A word is kept before it is sent and sent again alike, until the public log has it: an
answer of the hub that was lost neither doubles it nor loses it.
"""

from typing import Any, Final, Literal

import msgspec

from neighborcam.agency.case_state import CaseState
from neighborcam.agency.collecting import last_call
from neighborcam.agency.erasing import Erasing, is_copied
from neighborcam.agency.errors import HubSaidNo, InvalidInput, NotNow
from neighborcam.agency.parts import Parts, answer_of
from neighborcam.agency.replies import Replies
from neighborcam.agency.texts import check_line
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.request_states import RequestState
from neighborcam.protocol.requests import Deletion, Ending, Outcome, Spoken

type Fate = Literal["deleted", "evidence", "nothing-received"]
type Last = Ending | Outcome | Deletion

RESULTS: Final = ("helped", "led-to-charge", "excluded-somebody", "no-use", "open")


class Closing:
    """What an agency has to account for."""

    def __init__(self, parts: Parts, replies: Replies, erasing: Erasing) -> None:
        self._parts = parts
        self._replies = replies
        self._erasing = erasing

    async def end(self, request: str, how: Literal["resolved", "withdrawn"]) -> None:
        """End a request before its time. Raises `NotNow` for one that ended."""
        asked = await self._logged(request)
        if asked is None and how == "resolved":
            raise NotNow("what the public log does not have can only be withdrawn")
        now = await self._state(request, asked)
        was_withdrawn = "ending" in self._parts.notes.get(request).said
        if now == how or (now == RequestState.REFUSED and was_withdrawn):
            return
        if now not in {RequestState.OPEN, RequestState.REVIEW}:
            raise NotNow(f"the request is {now} already")
        self._parts.note(request, "ended", how)
        await self._say(request, Ending, how=how)

    async def outcome(self, request: str, result: str, text: str) -> None:
        """Say what came of a request. Raises `NotNow`, `InvalidInput`."""
        if result not in RESULTS:
            raise InvalidInput(f"one of {', '.join(RESULTS)}", "result")
        if text:
            check_line("text", text)
        asked = await self._parts.asked(request)
        if asked.ended_at(self._parts.clock()) is None:
            raise NotNow("the request is open: end it first, or wait until it expires")
        if asked.outcome is not None and asked.outcome.result != "open":
            if (asked.outcome.result, asked.outcome.text) == (result, text):
                return
            raise NotNow(f"its outcome was filed already: {asked.outcome.result}")
        self._parts.note(request, "outcome", result)
        await self._say(request, Outcome, result=result, text=text)

    async def erase(self, request: str, answer: str) -> None:
        """Erase one answer before the end; all copies of its clips are destroyed."""
        state = self._parts.notes.get(request)
        self._erasing.erase(request, state, answer_of(state, answer))
        self._erasing.put(request, state)
        await self._replies.deliver(request, state)

    # -- deletion --------------------------------------------------------------------

    async def before_deletion(self, request: str) -> list[str]:
        """Return what somebody should know before everything is deleted.

        Raises `NotNow` while nothing may be deleted.
        """
        asked, state = await self._logged(request), self._parts.notes.get(request)
        if asked is None:
            await self._check_not_waiting(request)
            return ["the public log does not have it: there is nothing to attest"]
        now = self._parts.clock()
        if asked.ended_at(now) is None:
            raise NotNow(
                "the request is open, and homes may still answer: end it first, or wait"
                " until it expires"
            )
        told = []
        if now <= last_call(asked, now):
            until = f"{last_call(asked, now):%Y-%m-%d %H:%M}"
            told.append(f"answers can be collected until {until} UTC; then never")
        if any(is_copied(each) for each in state.answers.values()):
            told.append("clips were copied out of this desk: it cannot delete those")
        return told

    async def delete(self, request: str, fate: str = "") -> None:
        """Destroy answers and keys, tell the owners, and attest it to the hub.

        ``fate``: "deleted" says that copies are destroyed too, "evidence" that some
        became evidence. Only where there are copies it has to be said, and evidence may
        be deleted later. May be called again wherever it was cut off. Raises `NotNow`,
        `InvalidInput`.
        """
        await self.before_deletion(request)
        asked, state = await self._logged(request), self._parts.notes.get(request)
        is_later = state.attests == "evidence" and fate == "deleted"
        if is_later or not state.attests:
            state.attests = "deleted" if is_later else _fate(state, fate)
        # What is attested has happened, and nothing new can come in behind it.
        self._erase_all(request, state)
        self._parts.ring.destroy_seal(request)
        await self._replies.deliver(request, state, all_of_it=True)
        said = asked.deletion.what if asked and asked.deletion else ""
        if asked is not None and said != state.attests:
            await self._say(request, Deletion, what=state.attests)
        self._parts.note(request, "deleted", state.attests)
        state = self._parts.notes.get(request)
        state.closed = state.closed or self._parts.now()
        self._parts.notes.put(request, state)

    def _erase_all(self, request: str, state: CaseState) -> None:
        for kept in state.answers.values():
            # Who was told that a clip became evidence is not told that it is gone.
            is_evidence = state.attests == "evidence" and is_copied(kept)
            self._erasing.erase(request, state, kept, tell=not is_evidence)
        self._erasing.put(request, state)

    async def _check_not_waiting(self, request: str) -> None:
        try:
            state = await self._state(request, None)
        except HubSaidNo:
            return  # it was never sent
        if state == RequestState.REVIEW:
            raise NotNow("the request waits for a steward: withdraw it first")

    # -- words -----------------------------------------------------------------------

    async def _logged(self, request: str) -> Asked | None:
        """Return a request as the log has it; None if it never came so far."""
        self._parts.book.request(request)
        return (await self._parts.log.register()).requests.get(request)

    async def _state(self, request: str, asked: Asked | None) -> str:
        if asked is not None:
            return asked.state_at(self._parts.clock())
        return (await self._parts.client.status(request)).state

    async def _say(self, request: str, kind: type[Last], **fields: Any) -> None:
        state = self._parts.notes.get(request)
        spoken = self._kept_word(state, kind, fields)
        if spoken is None:
            spoken = self._parts.spoken(self._word(request, kind, fields))
            state.said[kind.__name__.lower()] = encode(spoken)
            self._parts.notes.put(request, state)
        await self._parts.client.post("/api/words", spoken)

    def _kept_word(
        self, state: CaseState, kind: type[Last], fields: dict[str, Any]
    ) -> Spoken | None:
        """Return what was said before, if it is the same and of the key of now."""
        body = state.said.get(kind.__name__.lower())
        spoken = decode(body, Spoken) if body else None
        if spoken is None or spoken.certificate != self._parts.own()[1]:
            return None
        same = all(getattr(spoken.word, name) == said for name, said in fields.items())
        return spoken if same else None

    def _word(self, request: str, kind: type[Last], fields: dict[str, Any]) -> Last:
        said = {
            "type": str(kind.__struct_config__.tag),
            "request": request,
            "certificate": self._parts.own()[1].sha256,
            "at": self._parts.now(),
            **fields,
        }
        try:
            return msgspec.convert(msgspec.to_builtins(said), kind)
        except msgspec.ValidationError as problem:
            raise InvalidInput(str(problem)) from None


def _fate(state: CaseState, fate: str) -> Fate:
    answers = [each for each in state.answers.values() if each.kind != "revoked"]
    has_copies = any(is_copied(each) for each in answers)
    if not answers:
        return "nothing-received"
    if fate == "evidence" and has_copies:
        return "evidence"
    if fate == "deleted" or (fate == "" and not has_copies):
        return "deleted"
    if fate == "evidence":
        raise InvalidInput("no clip of this request was copied to evidence", "fate")
    raise InvalidInput(
        "clips were copied: say `deleted` when the copies are destroyed too, or"
        " `evidence` when they are evidence in a case",
        "fate",
    )
