"""What an agency warns of: an alert that its officer signed (spec/alerts.md).

Any officer of the agency may change or cancel it: the agency is its author, whoever
signed the first version.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.protocol.agencies import (
    IssuedCertificate,
    Role,
    check_certificate,
    check_holds,
)
from neighborcam.protocol.alerts import Alert, MsgType
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.identity import Message, Signature
from neighborcam.protocol.signing import sign, verify

APPROVED_AS = "agency-alert"  # kind of what a steward's passkey signs


class SignedAlert(Message, frozen=True, kw_only=True, tag="signed-alert"):
    """An agency's alert on its way; ``sig`` is by the officer's key, as kind "alert".

    So whoever checks the signature of a neighbour's alert checks this one alike.
    """

    v: Literal[1] = 1
    alert: Alert
    sig: Signature
    officer: IssuedCertificate

    @property
    def sha256(self) -> str:
        """The hash of the alert, by which stewards approve it."""
        return sha256(encode(self.alert)).hexdigest()

    @property
    def agency(self) -> str:
        """The id of the agency, as its officer's certificate has it."""
        return self.officer.certificate.agency

    @property
    def is_cancel(self) -> bool:
        """Whether it takes an alert back."""
        return self.alert.msg_type is MsgType.CANCEL


@dataclass(frozen=True, kw_only=True)
class LoggedAlert:
    """An agency's alert that stands in the public log at ``index``."""

    signed: SignedAlert
    index: int
    logged: datetime

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.signed.alert


def sign_alert(
    alert: Alert, officer: IssuedCertificate, key: Ed25519PrivateKey
) -> SignedAlert:
    """Return an alert with its officer's signature."""
    return SignedAlert(
        alert=alert, sig=sign(key, "alert", encode(alert)), officer=officer
    )


def check_alert_signature(signed: SignedAlert, root: bytes, now: datetime) -> None:
    """Raise `BadSignature` unless an officer of the agency with this root signed it."""
    certificate = check_certificate(signed.officer, root)
    check_holds(certificate, Role.OFFICER, now)
    if signed.alert.agency != certificate.agency:
        raise BadSignature("the alert names another agency")
    if signed.alert.author_key != certificate.key:
        raise BadSignature("the alert names another key than its certificate")
    verify(certificate.key, "alert", encode(signed.alert), signed.sig)
