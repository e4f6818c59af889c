"""Basic and Digest authentication as cameras do it, for RTSP and HTTP alike."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Literal

type Scheme = Literal["basic", "digest", "digest-qop"]

_REALM = "cam"
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One user and password, asked for in one scheme.

    `digest` is the old form without qop, which most RTSP cameras speak;
    `digest-qop` wants `qop=auth` with a client nonce.
    """

    username: str
    password: str
    scheme: Scheme = "digest"
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))

    def challenge(self) -> str:
        """Return the value of WWW-Authenticate."""
        if self.scheme == "basic":
            return f'Basic realm="{_REALM}"'
        qop = ', qop="auth", algorithm=MD5' if self.scheme == "digest-qop" else ""
        return f'Digest realm="{_REALM}", nonce="{self.nonce}"{qop}'

    def admits(self, method: str, authorization: str) -> bool:
        """Tell whether an Authorization header is right for this request."""
        if self.scheme == "basic":
            wanted = base64.b64encode(f"{self.username}:{self.password}".encode())
            return authorization == f"Basic {wanted.decode()}"
        if not authorization.startswith("Digest "):
            return False
        given = {
            name: quoted or bare for name, quoted, bare in _FIELD.findall(authorization)
        }
        return given.get("nonce") == self.nonce and given.get(
            "response"
        ) == self._response(method, given)

    def _response(self, method: str, given: dict[str, str]) -> str:
        secret = _md5(f"{self.username}:{_REALM}:{self.password}")
        request = _md5(f"{method}:{given.get('uri', '')}")
        if self.scheme == "digest":
            return _md5(f"{secret}:{self.nonce}:{request}")
        client = f"{given.get('nc', '')}:{given.get('cnonce', '')}"
        return _md5(f"{secret}:{self.nonce}:{client}:auth:{request}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
