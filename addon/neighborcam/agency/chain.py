"""Which entries of the public log a court needs: who asked, who let them, and by whom.

The entries of a request, its agency, the stewards and the certificates. Replayed in
order by the rules of the log they show that the request could stand there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from neighborcam.protocol.agency_entries import (
    AgencyAnnounced,
    AgencyJoined,
    AgencyRenewed,
    AgencyRestored,
    AgencySuspended,
    AgencyVetoed,
    CertificateLogged,
    CertificateRevoked,
    RequestLogged,
    RulesSet,
    StewardInterest,
)
from neighborcam.protocol.entries import (
    Entry,
    StewardAppointed,
    StewardLeft,
    read_entry,
)
from neighborcam.protocol.errors import BadProof, InvalidMessage
from neighborcam.protocol.register import Register

_AGENCY = (AgencyJoined, AgencyVetoed, AgencyRenewed, AgencySuspended, AgencyRestored)
_ALWAYS = (StewardAppointed, StewardLeft, StewardInterest, RulesSet)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a chain is about: a request's entry, and the certificates that signed."""

    index: int
    request: str
    agency: str
    certificates: Collection[str]  # SHA-256

    def needs(self, index: int, entry: Entry | None) -> bool:
        """Tell whether an entry belongs to the chain."""
        match entry:
            case CertificateLogged(sha256=name):
                return name in self.certificates
            case CertificateRevoked(revocation=signed):
                return signed.revocation.certificate in self.certificates
            case RequestLogged(request=signed):
                return signed.request.id == self.request
            case AgencyAnnounced(agency=signed):
                return index < self.index and signed.agency.id == self.agency
        if isinstance(entry, _AGENCY):
            return index < self.index and entry.agency == self.agency
        return index < self.index and isinstance(entry, _ALWAYS)


def chain(entries: Sequence[bytes], wanted: Wanted) -> Iterator[int]:
    """Yield the indexes of the entries of a log that are needed."""
    for index, data in enumerate(entries):
        if wanted.needs(index, read_entry(data)):
            yield index


def replay(entries: Mapping[int, bytes], host: str) -> Register:
    """Return what entries of a log say, in order. Raises `BadProof`, `InvalidMessage`.

    What was left out of a chain cannot be seen here: homes and witnesses read it all.
    """
    register = Register(host=host)
    for index in sorted(entries):
        entry = read_entry(entries[index])
        if entry is None:
            raise InvalidMessage(f"entry {index} is of no kind that this version knows")
        try:
            register.size = index  # what names an entry counts from the log's begin
            register.take(entry)
        except BadProof as problem:
            raise BadProof(f"entry {index} may not stand there: {problem}") from None
    return register
