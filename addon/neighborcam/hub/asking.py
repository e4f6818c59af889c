"""Asks other hubs to cosign the checkpoint of our log, as it grows."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

import aiohttp

from neighborcam.hub.errors import HubError, NotFound
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.witnessing import request_body
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.note_keys import parse_vkey
from neighborcam.protocol.notes import Note, parse_note, parse_signatures

EVERY_S: Final = 10.0
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_LOG: Final = logging.getLogger(__name__)


class Asking:
    """Tries each witness every few seconds, until it has signed the newest."""

    def __init__(self, log: PublicLog, witnesses: Sequence[tuple[str, str]]) -> None:
        self._log = log
        self._witnesses = witnesses
        self._sizes: dict[str, int] = {}

    async def run(self) -> None:
        """Ask for ever; a witness that is away is asked again."""
        if not self._witnesses:
            return
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            while True:
                for vkey, url in self._witnesses:
                    await self._try(session, vkey, url)
                await asyncio.sleep(EVERY_S)

    async def _try(self, session: aiohttp.ClientSession, vkey: str, url: str) -> None:
        try:
            await self.ask(session, vkey, url)
        except (aiohttp.ClientError, TimeoutError, ProtocolError, HubError) as error:
            _LOG.info("a witness did not sign: %s", type(error).__name__)

    async def ask(self, session: aiohttp.ClientSession, vkey: str, url: str) -> None:
        """Have one witness sign the newest checkpoint, unless it has."""
        key = parse_vkey(vkey)
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
            body = await answer.text()
            if answer.status == 409:  # noqa: PLR2004 - C2SP tlog-witness: it tells where it is
                self._sizes[vkey] = min(int(body.strip() or 0), text.size)
                return
            answer.raise_for_status()
        (signature,) = parse_signatures(body)
        if key.has_signed(Note(text=note.text, signatures=(signature,))):
            self._sizes[vkey] = text.size
            await self._log.add_cosignature(note.text, signature)
