"""Asking: drafts checked, requests signed by two people, sent to the stewards."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.agency.errors import NotNow
from neighborcam.agency.parts import Parts
from neighborcam.protocol.agencies import IssuedCertificate, Role, check_holds
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.register import Register
from neighborcam.protocol.register_rules import check_new_request
from neighborcam.protocol.request_limits import check_history, check_request
from neighborcam.protocol.request_wording import check_wording
from neighborcam.protocol.requests import (
    Request,
    SignedRequest,
    check_officer,
    countersign,
    sign_request,
)
from neighborcam.protocol.vouching import check_known


class Asking:
    """What officers and supervisors do before a request is in the public log."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def problems(self, request: Request) -> str | None:
        """Return what keeps a request from being asked; None when nothing does."""
        register = await self._parts.log.register()
        return _problem(register, request, self._parts.clock())

    async def sign(self, request: Request) -> SignedRequest:
        """Sign a request as its officer. Raises `NotNow` outside of the limits."""
        key, issued = self._own(Role.OFFICER)
        await self._check(request)
        signed = sign_request(request, issued, key)
        self._parts.book.keep(signed)
        self._parts.note(request.id, "signed")
        return signed

    async def look_at(self, signed: SignedRequest) -> None:
        """Raise `NotNow` unless a supervisor of this desk's agency may sign it now.

        The officer's signature and certificate are checked, and every limit.
        """
        _, issued = self._own(Role.SUPERVISOR)
        register = await self._parts.log.register()
        _check_officer_s(register, signed, issued, self._parts.clock())
        await self._check(signed.request)

    async def countersign(self, signed: SignedRequest) -> SignedRequest:
        """Sign what an officer signed, as a supervisor. Raises as `look_at` does."""
        await self.look_at(signed)
        key, issued = self._own(Role.SUPERVISOR)
        made = countersign(signed, issued, key)
        self._parts.book.keep(made)
        self._parts.note(signed.request.id, "countersigned")
        return made

    async def submit(self, signed: SignedRequest) -> str:
        """Send a request to the hub; return its state there."""
        id_ = signed.request.id
        if id_ in self._parts.ring.keys.cases:
            self._parts.ring.seal(id_)  # who asks has to be able to read the answers
        register, now = await self._parts.log.register(), self._parts.clock()
        logged = register.requests.get(id_)
        if logged is None:
            check_new_request(register, signed, now)
        elif logged.signed != signed:
            raise NotNow("the public log has another request under this id")
        self._parts.book.keep(signed)
        self._parts.note(id_, "submitted")
        return await self._parts.client.submit(signed)

    def _own(self, role: Role) -> tuple[Ed25519PrivateKey, IssuedCertificate]:
        self._parts.own()  # names a certificate that has run out
        return self._parts.ring.own_as(role)

    async def _check(self, request: Request) -> None:
        problem = await self.problems(request)
        if problem is not None:
            raise NotNow(problem)


def _problem(register: Register, request: Request, now: datetime) -> str | None:
    try:
        agency = register.agency(request.agency)
        if not agency.may_ask(now):
            return f"this agency may not ask: it is {agency.standing}"
        check_request(request, register.rules, agency.record.jurisdiction, now)
        check_history(request, list(register.earlier(now)), register.rules, now)
        check_wording(request)
    except ProtocolError as problem:
        field = getattr(problem, "field", "")
        return f"{field}: {problem}" if field else str(problem)
    return None


def _check_officer_s(
    register: Register,
    signed: SignedRequest,
    own: IssuedCertificate,
    now: datetime,
) -> None:
    """Raise `NotNow` unless an officer of the own agency signed it, and may."""
    try:
        agency = register.agency(signed.request.agency)
        check_officer(signed, agency.record.key)
        check_holds(signed.officer.certificate, Role.OFFICER, now)
        for issued in (signed.officer, own):
            check_known(register, issued, now)
    except ProtocolError as problem:
        raise NotNow(f"do not sign this: {problem}") from None
    if own.certificate.agency != signed.request.agency:
        raise NotNow("do not sign this: the request is of another agency")
    if own.certificate.key == signed.officer.certificate.key:
        raise NotNow("the officer who asks cannot answer for it too")
