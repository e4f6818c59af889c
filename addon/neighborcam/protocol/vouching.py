"""Who vouches for something of an agency: certificates and stewards of the log."""

from datetime import datetime

from neighborcam.protocol.agencies import (
    IssuedCertificate,
    SignedRevocation,
    check_revocation,
)
from neighborcam.protocol.approvals import Approval, check_approval
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.register_state import RegisterState


def check_known(state: RegisterState, issued: IssuedCertificate, now: datetime) -> None:
    """Raise `BadSignature` unless a certificate is in the log, and not revoked."""
    if issued.sha256 not in state.certificates:
        raise BadSignature("the certificate is not in the public log")
    revoked = state.revoked.get(issued.sha256)
    if revoked is not None and revoked <= now:
        raise BadSignature("the certificate was revoked")


def check_revocable(state: RegisterState, signed: SignedRevocation) -> None:
    """Raise `BadSignature` unless an agency ends a certificate of its own, once.

    Another agency's root key has no word in it; and a second revocation with a later
    moment would let what was signed in between count again.
    """
    agency = state.agency(signed.revocation.agency)
    revocation = check_revocation(signed, agency.record.key)
    logged = state.certificates.get(revocation.certificate)
    if logged is None:
        raise BadSignature("the certificate is not in the public log")
    if logged.agency != revocation.agency:
        raise BadSignature("the certificate is of another agency")
    if revocation.certificate in state.revoked:
        raise BadSignature("the certificate was revoked before")


def check_approvals(
    state: RegisterState,
    approvals: tuple[Approval, ...],
    least: int,
    agency: str,
    what: tuple[str, bytes],
) -> None:
    """Raise `BadSignature` unless enough stewards approved: kind and subject."""
    names = {each.steward for each in approvals}
    if len(names) < least or len(names) != len(approvals):
        raise BadSignature(f"{least} different stewards have to approve this")
    for each in approvals:
        key = state.stewards.get(each.steward)
        if key is None:
            raise BadSignature("there is no such steward")
        if not state.may_decide(each.steward, agency):
            raise BadSignature("a steward of the agency's own decides nothing about it")
        check_approval(each, key, state.host, *what)
