"""Exports a clip for a court, with everything that proves it."""

from neighborcam.agency.bundle import BundlePolicy, Evidence, bundle
from neighborcam.agency.chain import Wanted, chain
from neighborcam.agency.custody import Custody
from neighborcam.agency.errors import DeskUnreadable
from neighborcam.agency.opening import Opening
from neighborcam.agency.parts import Parts
from neighborcam.protocol.agencies import IssuedCertificate
from neighborcam.protocol.register_state import Asked


class Exporting:
    """Writes bundles."""

    def __init__(self, parts: Parts, opening: Opening) -> None:
        self._parts = parts
        self._opening = opening

    async def bundle(self, request: str, answer: str, number: int) -> bytes:
        """Return the ZIP of a clip; its owner learns that it was copied to evidence.

        The custody log in it ends with the line that it was exported.
        """
        asked = await self._parts.asked(request)
        opened = await self._opening.take_out(
            request, answer, number, "exported", again=True
        )
        return bundle(opened.item, opened.clip, self._evidence(asked))

    def _evidence(self, asked: Asked) -> Evidence:
        settings = self._parts.book.settings
        custody = self._parts.book.custody(asked.signed)
        certificates = self._certificates(asked, custody)
        entries = self._parts.log.entries()
        wanted = Wanted(
            index=asked.index,
            request=asked.request.id,
            agency=asked.request.agency,
            certificates={each.sha256 for each in certificates},
        )
        indexes = tuple(chain(entries, wanted))
        return Evidence(
            request=asked.index,
            entries={index: entries[index] for index in indexes},
            proofs={index: self._parts.log.prove(index) for index in indexes},
            certificates=certificates,
            policy=BundlePolicy(
                hub=settings.hub,
                log=settings.log,
                witnesses=settings.witnesses,
                quorum=settings.quorum,
            ),
            custody=custody.whole(),
        )

    def _certificates(
        self, asked: Asked, custody: Custody
    ) -> tuple[IssuedCertificate, ...]:
        """Return those of officer and supervisor, and of who signed custody lines."""
        signed, keys = asked.signed, self._parts.ring.keys
        known = [*keys.held, keys.issued, signed.officer, signed.supervisor]
        by_name = {each.sha256: each for each in known if each is not None}
        named = {line.certificate for line in custody.lines()}
        if not named <= by_name.keys():
            raise DeskUnreadable(
                "a certificate of the custody log is not here any more"
            )
        people = (signed.officer, signed.supervisor)
        needed = named | {each.sha256 for each in people if each is not None}
        return tuple(by_name[name] for name in sorted(needed))
