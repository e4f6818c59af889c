"""What an officer does at the desk: ask, collect, open, tell back, delete.

Each step is written down before the next begins, so that a crash repeats a step and
loses none.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from neighborcam.agency import files
from neighborcam.agency.capsule_reading import read_all
from neighborcam.agency.casebook import (
    Casebook,
    CaseState,
    KeptAnswer,
    KeptItem,
)
from neighborcam.agency.custody import Custody
from neighborcam.agency.errors import HubSaidNo, NotNow
from neighborcam.agency.hub_client import HubClient, Status
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.replies import Replies
from neighborcam.protocol import rounds
from neighborcam.protocol.age_keys import (
    HybridIdentity,
)
from neighborcam.protocol.answers import Item, check_manifest
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import CannotOpen, ProtocolError
from neighborcam.protocol.register import Register
from neighborcam.protocol.register_rules import check_new_request
from neighborcam.protocol.request_limits import check_history, check_request
from neighborcam.protocol.requests import (
    AgencyWord,
    CollectWish,
    Deletion,
    Ending,
    Outcome,
    Request,
    SignedRequest,
    Spoken,
    countersign,
    say,
    sign_request,
)
from neighborcam.protocol.sealed_clips import join, open_clip

_UNSIGNED: Final = bytes(64)


class Desk:
    """One officer's or supervisor's desk. ``clock`` gives aware UTC."""

    def __init__(
        self,
        casebook: Casebook,
        keyring: Keyring,
        client: HubClient,
        clock: Callable[[], datetime],
    ) -> None:
        self._book = casebook
        self._ring = keyring
        self._client = client
        self._clock = clock
        self._replies = Replies(casebook, keyring, client, clock)
        self.custody = Custody(casebook.folder / "custody.log")

    # -- asking ----------------------------------------------------------------------

    def new_seal(self, request: str) -> str:
        """Make the key of a request and return its recipient."""
        identity = HybridIdentity(os.urandom(32))
        self._ring.keys.seals[request] = identity.secret()
        self._ring.save()
        return str(identity.recipient)

    async def register(self) -> Register:
        """Return what the hub's public log says."""
        return await self._client.register(self._book.settings.policy, self._clock)

    async def problems(self, request: Request) -> str | None:
        """Return what keeps a request from being asked; None when nothing does."""
        register, now = await self.register(), self._clock()
        try:
            agency = register.agency(request.agency)
            check_request(request, register.rules, agency.record.jurisdiction, now)
            check_history(request, list(register.earlier(now)), register.rules, now)
        except ProtocolError as problem:
            field = getattr(problem, "field", "")
            return f"{field}: {problem}" if field else str(problem)
        return None

    async def sign(self, request: Request) -> SignedRequest:
        """Sign a request as its officer. Raises `NotNow` outside of the limits."""
        problem = await self.problems(request)
        if problem is not None:
            raise NotNow(problem)
        key, issued = self._ring.own
        signed = sign_request(request, issued, key)
        self._book.keep(signed)
        self._note(request.id, "signed")
        return signed

    async def countersign(self, signed: SignedRequest) -> SignedRequest:
        """Sign what an officer signed, as a supervisor."""
        problem = await self.problems(signed.request)
        if problem is not None:
            raise NotNow(problem)
        key, issued = self._ring.own
        made = countersign(signed, issued, key)
        self._note(signed.request.id, "countersigned")
        return made

    async def submit(self, signed: SignedRequest) -> str:
        """Send a request to the hub; return its state there."""
        check_new_request(await self.register(), signed, self._clock())
        data = await self._client.post("/api/requests", signed)
        self._book.keep(signed)
        self._note(signed.request.id, "submitted")
        return str(msgspec.json.decode(data)["state"])

    async def status(self, request: str) -> Status:
        """Return where a request is."""
        return await self._client.status(request)

    # -- answers ---------------------------------------------------------------------

    async def collect(self, request: str) -> tuple[int, int]:
        """Fetch the rounds that are over; return how many homes, and new answers."""
        signed, state = self._book.request(request), self._book.state(request)
        status = await self._client.status(request)
        if status.logged is None:
            raise NotNow("the request is not in the public log yet")
        asked, seal, fresh = signed.request, self._ring.seal(request), 0
        last = rounds.count(status.logged, asked.expires, urgent=asked.urgent)
        for number in range(last):
            if str(number) in state.homes:
                continue
            try:
                found = await self._collect(request, number)
            except HubSaidNo as no:
                if no.code == "conflict":
                    break  # this round runs still
                raise
            fresh += self._take(state, found, seal, request)
            state.homes[str(number)] = len(found)
            self._book.put_state(request, state)
            self._note(request, "collected", f"round {number + 1}")
        await self._replies.post(request, state)
        return max(state.homes.values(), default=0), fresh

    async def _collect(self, request: str, number: int) -> list[bytes]:
        wish = CollectWish(
            request=request,
            certificate=self._ring.own[1].sha256,
            at=self._now(),
            round=number,
        )
        return await self._client.capsules("/api/collections", self._spoken(wish))

    def _take(
        self,
        state: CaseState,
        found: Sequence[bytes],
        seal: HybridIdentity,
        request: str,
    ) -> int:
        """Try all capsules; keep the answers that are new, and return how many."""
        fresh = 0
        for answer in read_all(found, seal, request):
            if answer.id in state.answers:
                continue
            fresh += 1
            state.answers[answer.id] = KeptAnswer(
                body=encode(answer),
                at=self._clock(),
                items=[KeptItem() for _ in answer.items],
            )
            if answer.kind == "revoked" and answer.about in state.answers:
                self._revoke(state, answer.about, request)
            else:
                self._replies.tell(state, answer, "received")
        return fresh

    def _revoke(self, state: CaseState, about: str, request: str) -> None:
        """Delete what an owner took back."""
        kept = state.answers[about]
        kept.revoked = self._clock()
        self._erase(state, request, kept)

    def answers(self, request: str) -> list[KeptAnswer]:
        """Return the answers to a request, the oldest first."""
        kept = self._book.state(request).answers.values()
        return sorted(kept, key=lambda each: each.at)

    async def open(self, request: str, answer: str, number: int) -> Path:
        """Fetch, open and check a clip; return where it is.

        Raises `CannotOpen` for a piece that was changed, `BadProof` for another clip
        than its manifest says, `NotNow`.
        """
        state = self._book.state(request)
        kept, item = self._item(state, answer, number)
        if kept.items[number].state == "deleted":
            raise NotNow("this clip was deleted")
        sealed = await self._sealed(request, answer, number, item)
        clip = open_clip(sealed, item.secret, item.manifest.bytes)
        check_manifest(item.manifest, item.sig, clip)
        if item.manifest.request != request:
            raise CannotOpen("the clip was made for another request")
        path = self._book.clip_path(request, answer, number, item.manifest.kind)
        files.write(path, clip)
        if kept.items[number].state == "received":
            kept.items[number].state = "opened"
            self._replies.tell(state, kept.answer, "opened")
            self._book.put_state(request, state)
            self._note(request, "opened", item.manifest.sha256)
        await self._replies.post(request, state)
        return path

    async def _sealed(
        self, request: str, answer: str, number: int, item: Item
    ) -> bytes:
        """Return the sealed file; what was fetched before is not fetched again."""
        path = self._book.sealed_path(request, answer, number)
        if path.exists():
            return join([files.read(path)], item.sealed_sha256)
        pieces = [await self._client.get(f"/api/chunks/{each}") for each in item.chunks]
        sealed = join(pieces, item.sealed_sha256)
        files.write(path, sealed)
        return sealed

    async def copied(self, request: str, answer: str, number: int) -> None:
        """Write down that a clip was copied to evidence, and tell its owner."""
        state = self._book.state(request)
        kept, item = self._item(state, answer, number)
        if kept.items[number].state != "opened":
            raise NotNow("open the clip first")
        kept.items[number].state = "copied"
        self._replies.tell(state, kept.answer, "copied")
        self._book.put_state(request, state)
        self._note(request, "copied", item.manifest.sha256)
        await self._replies.post(request, state)

    async def question(self, request: str, answer: str, text: str) -> None:
        """Ask who answered something; nobody learns who that is."""
        state = self._book.state(request)
        kept = self._answer(state, answer)
        kept.questions.append(text)
        self._replies.tell(state, kept.answer, "question", text)
        self._book.put_state(request, state)
        self._note(request, "asked", answer)
        await self._replies.post(request, state)

    # -- the end ---------------------------------------------------------------------

    async def end(self, request: str, how: Literal["resolved", "withdrawn"]) -> None:
        """End a request before its time."""
        await self._say(request, Ending, how=how)
        self._note(request, how)

    async def file_outcome(self, request: str, result: str, text: str) -> None:
        """Say what came of a request."""
        await self._say(request, Outcome, result=result, text=text)
        self._note(request, "outcome filed", result)

    async def delete(self, request: str) -> None:
        """Destroy clips and keys, tell the owners, and attest it to the hub."""
        state = self._book.state(request)
        had = any(kept.items for kept in state.answers.values())
        for kept in state.answers.values():
            self._erase(state, request, kept)
        self._book.put_state(request, state)
        await self._replies.post(request, state)
        await self._say(
            request, Deletion, what="deleted" if had else "nothing-received"
        )
        self._ring.keys.seals.pop(request, None)
        self._ring.save()
        self._note(request, "deleted")

    def _erase(self, state: CaseState, request: str, kept: KeptAnswer) -> None:
        answer = kept.answer
        if not kept.items or all(each.state == "deleted" for each in kept.items):
            return
        for number, item in enumerate(answer.items):
            kind = item.manifest.kind
            self._book.sealed_path(request, answer.id, number).unlink(missing_ok=True)
            self._book.clip_path(request, answer.id, number, kind).unlink(
                missing_ok=True
            )
            kept.items[number].state = "deleted"
            self._note(request, "clip deleted", item.manifest.sha256)
        self._replies.tell(state, answer, "deleted")

    # -- parts -----------------------------------------------------------------------

    async def _say(self, request: str, kind: Any, **fields: Any) -> None:
        word = kind(
            request=request,
            certificate=self._ring.own[1].sha256,
            at=self._now(),
            sig=_UNSIGNED,
            **fields,
        )
        await self._client.post("/api/words", self._spoken(word))

    def _spoken(self, word: AgencyWord) -> Spoken:
        key, issued = self._ring.own
        return Spoken(word=say(word, key), certificate=issued)

    def _answer(self, state: CaseState, answer: str) -> KeptAnswer:
        kept = state.answers.get(answer)
        if kept is None:
            raise NotNow("there is no such answer: collect first")
        return kept

    def _item(
        self, state: CaseState, answer: str, number: int
    ) -> tuple[KeptAnswer, Item]:
        kept = self._answer(state, answer)
        items = kept.answer.items
        if not 0 <= number < len(items):
            raise NotNow("the answer has no such clip")
        return kept, items[number]

    def _note(self, request: str, what: str, about: str = "") -> None:
        self.custody.add(request, what, about, self._clock(), self._ring.own)

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)
