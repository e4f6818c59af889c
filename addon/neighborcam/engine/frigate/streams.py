"""Where a camera's streams are: what Frigate reads itself, or has go2rtc read for it.

We ask the camera: one connection of ours serves viewers, recordings and detection, so
what Frigate needed a restream for is not needed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from neighborcam.engine.camera.address import Address, split_credentials
from neighborcam.engine.config import Transport
from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.frigate.reading import Section, fill
from neighborcam.engine.frigate.report import Report
from neighborcam.engine.moving import Fate

_RESTREAM: Final = frozenset({"127.0.0.1", "localhost", "::1", "go2rtc", "frigate"})
_OPTIONS: Final = re.compile(r"#.*$")  # what go2rtc does with a stream
_HOPS: Final = 5  # restreams of restreams


@dataclass(frozen=True, kw_only=True)
class Streams:
    """A camera's addresses."""

    main: Address
    sub: Address | None
    transport: Transport


class Sources:
    """Finds addresses. ``secrets`` fill placeholders."""

    def __init__(self, go2rtc: Any, secrets: Mapping[str, str], report: Report) -> None:
        named = go2rtc.get("streams") if isinstance(go2rtc, dict) else None
        self._named: dict[str, Any] = named if isinstance(named, dict) else {}
        self._secrets = secrets
        self._report = report

    def of(self, camera: Section) -> Streams | None:
        """Return a camera's streams; None, with a line why, if it has none for us."""
        found = self._by_role(camera)
        main = found.get("record") or found.get("detect") or found.get("audio")
        if main is None:
            return None
        sub = found.get("detect")
        if sub is not None and sub.url == main.url:
            sub = None
        if sub is not None and _differ(main, sub):
            self._report.add(
                f"{camera.name}.ffmpeg.inputs",
                Fate.CHANGED,
                "its streams have different passwords; that of the main stream is used"
                " for both",
            )
        return Streams(main=main, sub=sub, transport=_transport(camera))

    def _by_role(self, camera: Section) -> dict[str, Address]:
        found: dict[str, Address] = {}
        where = f"{camera.name}.ffmpeg.inputs"
        for number, each in enumerate(camera.listed("ffmpeg.inputs")):
            path = each.get("path") if isinstance(each, dict) else None
            if not isinstance(path, str):
                self._report.add(where, Fate.WRONG, f"input {number + 1} has no path")
                continue
            address = self._address(path, f"{where}[{number}]")
            roles = each.get("roles") or ["detect"]
            for role in roles if address is not None else ():
                found.setdefault(str(role), address)  # type: ignore[arg-type]
        return found

    def _address(self, path: str, where: str) -> Address | None:
        filled = fill(path, self._secrets)
        for name in filled.unknown:
            self._report.add(
                where,
                Fate.CHANGED,
                f"{name} is not known: enter the camera's password afterwards",
            )
        try:
            return split_credentials(self._source(filled.text.strip(), where))
        except InvalidInput as problem:
            self._report.add(where, Fate.WRONG, str(problem))
            return None

    def _source(self, path: str, where: str, hops: int = 0) -> str:
        """Return the camera's own address behind go2rtc. Raises `InvalidInput`."""
        url = _OPTIONS.sub("", path.removeprefix("ffmpeg:"))
        name = url if "://" not in url else _restreamed(url)
        if name is None or (name not in self._named and "://" in url):
            return url
        choices = self._named.get(name)
        listed = choices if isinstance(choices, list) else [choices]
        first = next((each for each in listed if isinstance(each, str)), None)
        if first is None or hops >= _HOPS:
            raise InvalidInput(f"go2rtc has no stream {name!r} that leads to a camera")
        filled = fill(first, self._secrets)
        for unknown in filled.unknown:
            self._report.add(
                f"go2rtc.streams.{name}",
                Fate.CHANGED,
                f"{unknown} is not known: enter the camera's password afterwards",
            )
        self._report.add(
            where, Fate.CHANGED, "taken from the camera itself, not from go2rtc"
        )
        return self._source(filled.text.strip(), where, hops + 1)


def _restreamed(url: str) -> str | None:
    """Return the name of a stream of go2rtc on this machine, None for another's."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    is_local = (parts.hostname or "") in _RESTREAM
    return parts.path.strip("/") if is_local and parts.path.strip("/") else None


def _differ(one: Address, other: Address) -> bool:
    if other.username is None:
        return False
    return (one.username, one.password) != (other.username, other.password)


def _transport(camera: Section) -> Transport:
    inputs = [camera["ffmpeg.input_args"]]
    inputs += [
        each.get("input_args")
        for each in camera.listed("ffmpeg.inputs")
        if isinstance(each, dict)
    ]
    return Transport.UDP if "udp" in str(inputs) else Transport.TCP
