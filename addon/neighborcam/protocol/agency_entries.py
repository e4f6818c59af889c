"""Entries of the public log about agencies and their requests (spec/log.md).

Never an entry, and never a number, about the answers to a request.
"""

from typing import Annotated, Final, Literal

import msgspec

from neighborcam.protocol.agencies import (
    IssuedCertificate,
    Role,
    SignedAgency,
    SignedRevocation,
)
from neighborcam.protocol.agency_alerts import SignedAlert
from neighborcam.protocol.alerts import Category
from neighborcam.protocol.approvals import Approval
from neighborcam.protocol.identity import Id, Message, Moment, Sha256
from neighborcam.protocol.request_limits import RequestRules
from neighborcam.protocol.requests import (
    Deletion,
    Ending,
    Offence,
    Outcome,
    SignedRequest,
)

REVOKED: Final = "signed with a revoked certificate"  # a rule that software applies

type Line = Annotated[str, msgspec.Meta(max_length=300)]
type Count = Annotated[int, msgspec.Meta(ge=0)]
type VetoKey = Annotated[bytes, msgspec.Meta(min_length=256, max_length=800)]
type Two = Annotated[tuple[Approval, ...], msgspec.Meta(min_length=2, max_length=8)]
type Some = Annotated[tuple[Approval, ...], msgspec.Meta(min_length=1, max_length=8)]


class RulesSet(Message, frozen=True, kw_only=True, tag="rules-set"):
    """The hub's limits from now on."""

    v: Literal[1] = 1
    at: Moment
    rules: RequestRules


class CallBack(Message, frozen=True, kw_only=True):
    """A steward called the agency, by a number that the agency did not give."""

    at: Moment
    directory: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    steward: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class AgencyAnnounced(Message, frozen=True, kw_only=True, tag="agency-announced"):
    """An agency wants to join; members may object until ``until``.

    ``veto_key``, SubjectPublicKeyInfo, is the key of the objections' tokens: here, so
    that all homes have the same. A hub with one for each could tell who objects.
    """

    v: Literal[1] = 1
    at: Moment
    agency: SignedAgency
    call_back: CallBack
    approvals: Two
    until: Moment
    veto_key: VetoKey


class ApplicationRefused(Message, frozen=True, kw_only=True, tag="application-refused"):
    """A steward dropped an agency's application, before members heard of it."""

    v: Literal[1] = 1
    at: Moment
    agency: Id
    rule: Line
    fact: Line
    steward: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class AgencyJoined(Message, frozen=True, kw_only=True, tag="agency-joined"):
    """The notice is over, and too few objected; member until ``until``."""

    v: Literal[1] = 1
    at: Moment
    agency: Id
    households: Count
    vetoes: Count
    until: Moment


class AgencyVetoed(Message, frozen=True, kw_only=True, tag="agency-vetoed"):
    """The members objected."""

    v: Literal[1] = 1
    at: Moment
    agency: Id
    households: Count
    vetoes: Count


class AgencyRenewed(Message, frozen=True, kw_only=True, tag="agency-renewed"):
    """Another year."""

    v: Literal[1] = 1
    at: Moment
    agency: Id
    approvals: Two
    until: Moment


class AgencySuspended(Message, frozen=True, kw_only=True, tag="agency-suspended"):
    """It may not ask; its open requests end. The hub does it itself when a duty is due.

    ``steward`` is empty when the software did it.
    """

    v: Literal[1] = 1
    at: Moment
    agency: Id
    reason: Literal["outcome-overdue", "deletion-overdue", "terms", "complaints"]
    request: Id | None = None
    fact: Line = ""
    steward: Annotated[str, msgspec.Meta(max_length=40)] = ""


class AgencyRestored(Message, frozen=True, kw_only=True, tag="agency-restored"):
    """Two stewards let it ask again."""

    v: Literal[1] = 1
    at: Moment
    agency: Id
    fact: Line
    approvals: Two


class CertificateLogged(Message, frozen=True, kw_only=True, tag="certificate-logged"):
    """A certificate that may be used from now on: its hash, not its holder."""

    v: Literal[1] = 1
    at: Moment
    agency: Id
    sha256: Sha256
    role: Role
    not_after: Moment


class CertificateRevoked(Message, frozen=True, kw_only=True, tag="certificate-revoked"):
    """A certificate that counts no more."""

    v: Literal[1] = 1
    at: Moment
    revocation: SignedRevocation


class RequestLogged(Message, frozen=True, kw_only=True, tag="request-logged"):
    """A request, whole. Homes show what stands here, and nothing else."""

    v: Literal[1] = 1
    at: Moment
    request: SignedRequest
    approvals: Some


class RequestRefused(Message, frozen=True, kw_only=True, tag="request-refused"):
    """A request that was not let through; its text is nobody's business.

    ``steward`` is empty when the software did it: nobody looked in time, or, by the
    rule `REVOKED`, one of its certificates had been revoked.
    """

    v: Literal[1] = 1
    at: Moment
    agency: Id
    request: Sha256
    offence: Offence
    rule: Line
    fact: Line
    steward: Annotated[str, msgspec.Meta(max_length=40)]


def is_misuse(entry: RequestRefused) -> bool:
    """Tell whether a revoked certificate signed it: no request of the agency then."""
    return entry.rule == REVOKED and not entry.steward


class AgencySaid(Message, frozen=True, kw_only=True, tag="agency-said"):
    """What an agency said about its request: how it ended, what came of it."""

    v: Literal[1] = 1
    at: Moment
    word: Ending | Outcome | Deletion
    certificate: IssuedCertificate


class AgencyAlertLogged(Message, frozen=True, kw_only=True, tag="agency-alert-logged"):
    """What an agency warns of, whole. Homes show what stands here, and nothing else.

    A cancel has no approvals: what takes back waits for nobody.
    """

    v: Literal[1] = 1
    at: Moment
    alert: SignedAlert
    approvals: Annotated[tuple[Approval, ...], msgspec.Meta(max_length=8)]


class AgencyAlertRefused(
    Message, frozen=True, kw_only=True, tag="agency-alert-refused"
):
    """An agency's alert that was not let through; its text is nobody's business.

    ``steward`` is empty when the software did it: nobody looked in time.
    """

    v: Literal[1] = 1
    at: Moment
    agency: Id
    alert: Sha256
    category: Category
    rule: Line
    fact: Line
    steward: Annotated[str, msgspec.Meta(max_length=40)]


class StewardInterest(Message, frozen=True, kw_only=True, tag="steward-interest"):
    """A steward works for an agency, or is close to it: approves nothing of it."""

    v: Literal[1] = 1
    at: Moment
    steward: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    agency: Id


class Overdue(Message, frozen=True, kw_only=True, tag="overdue"):
    """An agency did not do in time what it had promised."""

    v: Literal[1] = 1
    at: Moment
    agency: Id
    request: Id
    what: Literal["outcome", "deletion"]


type AgencyEntry = (
    RulesSet
    | AgencyAnnounced
    | ApplicationRefused
    | AgencyJoined
    | AgencyVetoed
    | AgencyRenewed
    | AgencySuspended
    | AgencyRestored
    | CertificateLogged
    | CertificateRevoked
    | RequestLogged
    | RequestRefused
    | AgencySaid
    | Overdue
    | AgencyAlertLogged
    | AgencyAlertRefused
    | StewardInterest
)
