"""Addresses of streams: validated, and never with a credential in them.

A camera's address as people paste it (``rtsp://admin:secret@10.0.0.5/stream1``) is
split once, at the edge. From then on user and password travel beside the URL and are
put back, percent-encoded, in the call that opens the connection and nowhere else.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from neighborcam.engine.config import CameraConfig
from neighborcam.engine.errors import InvalidInput

SNAPSHOT: Final = "snapshot+"  # prefix of http(s): ask for one picture again and again
NETWORK_SCHEMES: Final = (
    "rtsp",
    "rtsps",
    "http",
    "https",
    "snapshot+http",
    "snapshot+https",
)
_DEFAULT_PORTS: Final = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/?#\s]*@")
# Cameras exist that take user and password as parameters of the path.
_SECRET_PARAMETER: Final = re.compile(
    r"(?i)([?&;/](?:user(?:name)?|usr|login|pass(?:word|wd)?|pwd|psw|token|auth|key)=)"
    r"[^&;/#\s]*"
)
_SCHEMES_TEXT: Final = (
    "rtsp://, rtsps://, http://, https://, snapshot+http:// or snapshot+https://"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where one stream is; ``url`` holds no credentials, ``repr`` no password."""

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamAddress:
    """The addresses of a camera's main stream and, where it has one, sub stream."""

    main: Address
    sub: Address | None = None


def split_credentials(url: str, *, allow_files: bool = False) -> Address:
    """Validate ``url`` and move its user and password, decoded, beside it.

    ``allow_files`` admits paths and file:// URLs: for the command line and the demo,
    never for what comes over the API. Raises `InvalidInput`.
    """
    text = url.strip()
    if allow_files and _is_file(text):
        return Address(url=str(file_path(text)))
    _refuse_odd_characters(text)
    scheme, _, rest = text.partition("://")
    _refuse_scheme(scheme.lower(), rest)
    authority, slash, path = _split_authority(rest)
    userinfo, at, host = authority.rpartition("@")
    _refuse_host(host)
    username, _, password = userinfo.partition(":")
    return Address(
        url=f"{scheme.lower()}://{host}{slash}{path}",
        username=unquote(username) if at and username else None,
        password=unquote(password) if at and username and ":" in userinfo else None,
    )


def redact(url: str) -> str:
    """Return ``url`` fit for a log or an error: without any credential."""
    return _SECRET_PARAMETER.sub(r"\1***", _CREDENTIALS.sub("", url))


def stream_urls(config: CameraConfig, *, allow_files: bool = False) -> StreamAddress:
    """Return what to open for ``config``; raises `InvalidInput`.

    User and password of the config win over what an address of it still holds.
    """

    def complete(url: str) -> Address:
        split = split_credentials(url, allow_files=allow_files)
        if config.username is None:
            return split
        return Address(
            url=split.url, username=config.username, password=config.password
        )

    sub = complete(config.sub_url) if config.sub_url else None
    return StreamAddress(main=complete(config.main_url), sub=sub)


def with_credentials(url: str, username: str | None, password: str | None) -> str:
    """Put user and password back, percent-encoded: only to open a connection.

    Every reserved character is encoded: an ``@`` or ``/`` in a password would
    otherwise end it early, and FFmpeg would look for a host of that name.
    """
    if username is None or "://" not in url:
        return url
    parts = urlsplit(url)
    secret = "" if password is None else ":" + quote(password, safe="")
    netloc = f"{quote(username, safe='')}{secret}@{parts.netloc}"
    return urlunsplit(parts._replace(netloc=netloc))


def is_snapshot(url: str) -> bool:
    """Tell whether ``url`` asks for single pictures to be polled."""
    return url.startswith(SNAPSHOT)


def is_network(url: str) -> bool:
    """Tell whether ``url`` is fetched from a host rather than a disk."""
    return url.partition("://")[0].lower() in NETWORK_SCHEMES and "://" in url


def host_and_port(url: str) -> tuple[str, int]:
    """Return host and port of a validated network URL, the port by scheme if unsaid."""
    parts = urlsplit(url.removeprefix(SNAPSHOT))
    return parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def file_path(url: str) -> Path:
    """Return the path that a file:// URL or a plain path names."""
    if url.lower().startswith("file://"):
        return Path(unquote(urlsplit(url).path))
    return Path(url)


def _is_file(text: str) -> bool:
    return bool(text) and ("://" not in text or text.lower().startswith("file://"))


def _split_authority(rest: str) -> tuple[str, str, str]:
    """Cut behind the authority; a raw ``/`` in a pasted password does not fool it."""
    end = next((i for i, char in enumerate(rest) if char in "/?#"), len(rest))
    at = rest.rfind("@")
    if at > end and _looks_like_userinfo(rest[:at], rest[:end]):
        end = next((i for i in range(at, len(rest)) if rest[i] in "/?#"), len(rest))
    return rest[:end], rest[end : end + 1], rest[end + 1 :]


def _looks_like_userinfo(before_at: str, authority: str) -> bool:
    """Tell ``user:pa/ss`` from ``host:554/path``: the port is a number."""
    if "@" in authority or ":" not in authority:
        return False
    port = authority.rpartition(":")[2]
    return not port.isdigit() and not authority.startswith("[") and bool(before_at)


def _refuse_odd_characters(text: str) -> None:
    if not text:
        raise InvalidInput("the address is empty; it looks like rtsp://10.0.0.5/stream")
    if any(char.isspace() or not char.isprintable() for char in text):
        raise InvalidInput(
            "the address holds a space or an unprintable character; remove it, or"
            " write it as %20"
        )


def _refuse_scheme(scheme: str, rest: str) -> None:
    if not rest:
        raise InvalidInput(f"the address must begin with {_SCHEMES_TEXT}")
    if scheme == "file":
        raise InvalidInput("files cannot be added as cameras; give a network address")
    if scheme not in NETWORK_SCHEMES:
        raise InvalidInput(
            f"addresses of the kind {scheme[:20]}:// are not supported; use"
            f" {_SCHEMES_TEXT}"
        )


def _refuse_host(host: str) -> None:
    try:
        parts = urlsplit(f"//{host}")
        hostname, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput(
            "the port in the address must be a number from 1 to 65535, and an IPv6"
            " address must stand in [brackets]"
        ) from None
    if not hostname:
        raise InvalidInput("the address names no host; add the camera's name or number")
    if port == 0:
        raise InvalidInput("the port in the address must be from 1 to 65535, not 0")
