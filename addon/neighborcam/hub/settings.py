"""How a hub runs: everything has a default, so that a street needs to set nothing."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.rules_file import OwnRules

DEFAULT_PORT: Final = 8490

type Network = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """Settings of one hub process.

    ``base_url`` is the address under which homes and browsers reach the hub; stewards'
    passkeys and invites are bound to it. ``database``, ``blobs`` and ``nats`` are
    addresses; empty means SQLite and files in ``data_dir``, and this process alone.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    base_url: str = ""
    name: str = "Neighbourhood"
    contact: str = ""  # who runs it, and how to reach them: public
    database: str = ""
    blobs: str = ""
    nats: str = ""
    takes_media: bool = True
    census: Path | None = None
    witnesses: tuple[tuple[str, str], ...] = ()  # verifier key, base URL
    quorum: int = 0
    trusted_proxies: tuple[Network, ...] = ()  # their X-Forwarded-For is believed
    web_dir: Path | None = None
    rules: OwnRules = field(default_factory=OwnRules)  # for requests of agencies

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def origin(self) -> str:
        """The name of the log: the base URL without its scheme."""
        return self.url.partition("://")[2]

    @property
    def hostname(self) -> str:
        """The host to which passkeys are bound. Raises `StorageFailed` without one."""
        name = urlsplit(self.url).hostname
        if not name:
            raise StorageFailed(
                "--url must be an address like https://hub.example: passkeys need it"
            )
        return name
