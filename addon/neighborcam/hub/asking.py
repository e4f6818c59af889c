"""Asks other hubs to cosign the checkpoint of our log, as it grows."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

import aiohttp

from neighborcam.hub.errors import HubError, NotFound
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.supervision import Duty
from neighborcam.hub.witness_marks import note_ahead, note_signed
from neighborcam.hub.witnessing import request_body
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.note_keys import WitnessKey, parse_vkey
from neighborcam.protocol.notes import Note, decimal, parse_note, parse_signatures

EVERY_S: Final = 10.0
RETRY_S: Final = 60.0
TIMEOUT_S: Final = 10.0
_MOST: Final = 16 * 1024


class WitnessAway(HubError):
    """A witness does not answer, or with something else than its signature."""


class WitnessAhead(WitnessAway):
    """A witness says that it has signed more than the log has."""


class Asking:
    """Tries each witness every few seconds, until it has signed the newest."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        witnesses: Sequence[tuple[str, str]],
    ) -> None:
        self._database = database
        self._log = log
        self._witnesses = witnesses
        self._sizes: dict[str, int] = {}

    def duties(self, session: aiohttp.ClientSession) -> tuple[Duty, ...]:
        """What there is to do: one duty for each witness, on every node.

        Who finds nothing to sign writes nothing, so nodes do not take turns.
        """
        return tuple(
            Duty(
                name=f"witness {parse_vkey(vkey).name}",
                every_s=EVERY_S,
                run_once=partial(self._ask_once, session, vkey, url),
                is_shared=False,
                retry_s=RETRY_S,
            )
            for vkey, url in self._witnesses
        )

    async def _ask_once(
        self, session: aiohttp.ClientSession, vkey: str, url: str
    ) -> None:
        """Ask one witness. Raises `WitnessAway`."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self.ask(session, vkey, url)
        except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
            raise WitnessAway(
                f"the witness does not sign ({type(problem).__name__})"
            ) from problem

    async def ask(self, session: aiohttp.ClientSession, vkey: str, url: str) -> None:
        """Have one witness sign the newest checkpoint, unless it has.

        Raises `WitnessAway`, `aiohttp.ClientError`, and `ValueError` for an answer
        that is none.
        """
        key = parse_vkey(vkey)
        if not isinstance(key, WitnessKey):
            raise WitnessAway("this key is not that of a witness")
        try:
            note = parse_note(await self._log.checkpoint())
        except NotFound:
            return
        if key.has_signed(note):
            return
        text = CheckpointText.parse(note.text)
        # What the witness gets carries only our signature: others' are nobody's word.
        mine = self._log.key.id
        ours = tuple(each for each in note.signatures if each.key_id == mine)
        data = Note(text=note.text, signatures=ours).encode()
        old = self._sizes.get(vkey, 0)
        proof = await self._log.consistency(old, text.size) if old else []
        address = f"{url.rstrip('/')}/add-checkpoint"
        async with session.post(address, data=request_body(old, proof, data)) as answer:
            body = await _text(answer)
            if answer.status == 409:  # noqa: PLR2004 - C2SP tlog-witness: it tells where it is
                self._sizes[vkey] = await self._place_of(key, body, text.size)
                return
            answer.raise_for_status()
        (signature,) = parse_signatures(body)
        seen = Note(text=note.text, signatures=(signature,))
        if not key.has_signed(seen):
            raise WitnessAway("the witness signed with another key, or something else")
        self._sizes[vkey] = text.size
        await self._log.add_cosignature(note.text, signature)
        async with self._database.write() as tx:
            await note_signed(tx, key, text.size, key.seen_at(seen))

    async def _place_of(self, key: WitnessKey, body: str, size: int) -> int:
        """Return how many entries a witness has signed, as it answers.

        Raises `WitnessAhead` when these are more than there are: the log may have
        grown since ``size``, on another node.
        """
        told = decimal(body.removesuffix("\n"))
        if told <= size:
            return told
        async with self._database.write() as tx:
            there = await self._log.size(tx)
            if told > there:
                await note_ahead(tx, key, told)
        if told > there:
            raise WitnessAhead(f"it says that it has signed {told} of {there} entries")
        return size


async def _text(answer: aiohttp.ClientResponse) -> str:
    data = bytearray()
    async for piece in answer.content.iter_any():
        data += piece
        if len(data) > _MOST:
            raise WitnessAway("the witness answers with more than a signature")
    return data.decode()
