"""Cameras that describe themselves: discovery in the network, device and streams.

What devices answer is turned into plain data by pure functions; the library's objects
and its errors do not leave this module.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import aiohttp
from onvif import ONVIFCamera, ONVIFError
from onvif.exceptions import ONVIFAuthError, ONVIFTimeoutError
from wsdiscovery import QName, Scope
from wsdiscovery.discovery import ThreadedWSDiscovery
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault, TransportError

from neighborcam.engine.camera.address import split_credentials
from neighborcam.engine.errors import (
    CameraError,
    CameraUnauthorised,
    CameraUnreachable,
    CameraUnsupported,
    InvalidInput,
)

_DEVICE_TYPE: Final = QName(
    "http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter"
)
_SCOPE: Final = "onvif://www.onvif.org"
_SUB_WIDTH, _SUB_HEIGHT = 640, 360
_LEAST_WIDTH: Final = 320
_REFUSALS: Final = ("notauthorized", "unauthorized", "not authorized", "senderauth")
_REFUSED_STATUS: Final = (401, 403)
_CODECS: Final = {"H264": "h264", "H265": "hevc", "HEVC": "hevc", "JPEG": "mjpeg"}
FAILURES: Final = (ONVIFError, ZeepError, aiohttp.ClientError, OSError, ValueError)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundDevice:
    """A camera that answered in the network; nothing about it is proven yet."""

    host: str
    port: int
    name: str
    hardware: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """One stream that a camera offers; ``url`` is without credentials."""

    token: str
    name: str
    codec: str
    width: int
    height: int
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceDescription:
    """Who a camera is, and which streams to record (main) and to watch (sub)."""

    manufacturer: str
    model: str
    firmware: str
    profiles: tuple[Profile, ...]
    main: Profile
    sub: Profile | None


async def discover(timeout_s: float = 3.0) -> tuple[FoundDevice, ...]:
    """Return the ONVIF cameras that answer a multicast within ``timeout_s``."""
    return await asyncio.to_thread(_search, timeout_s)


async def describe(
    host: str,
    port: int,
    username: str | None,
    password: str | None,
    *,
    timeout_s: float = 15.0,
) -> DeviceDescription:
    """Ask a camera who it is and what it streams; raises the `CameraError` tree."""
    async with (
        asking(host, timeout_s),
        connected(host, port, username, password) as camera,
    ):
        device = await camera.create_devicemgmt_service()
        information = await device.GetDeviceInformation()
        profiles = await _profiles(camera)
    main, sub = choose_streams(profiles)
    return DeviceDescription(
        manufacturer=str(information.Manufacturer or ""),
        model=str(information.Model or ""),
        firmware=str(information.FirmwareVersion or ""),
        profiles=profiles,
        main=main,
        sub=sub,
    )


def choose_streams(profiles: Sequence[Profile]) -> tuple[Profile, Profile | None]:
    """Return main and sub stream.

    Main is the largest H.264 or H.265, else the largest. Sub is smaller than main, at
    least 320 pixels wide and closest to 640x360: more costs decoding, less hides a
    cat. Raises `CameraUnsupported` when there is no stream at all.
    """
    if not profiles:
        raise CameraUnsupported(
            "the camera speaks ONVIF but offers no video stream; switch one on in its"
            " own settings"
        )
    modern = [one for one in profiles if one.codec in {"h264", "hevc"}] or profiles
    main = max(modern, key=_area)
    smaller = [
        one
        for one in modern
        if _area(one) < _area(main)
        and one.width >= _LEAST_WIDTH
        and one.url != main.url
    ]
    return main, min(smaller, key=_distance, default=None)


def device_from_discovery(
    addresses: Iterable[str], scopes: Iterable[str]
) -> FoundDevice | None:
    """Read one answer to a discovery question; None when it names no usable host."""
    host, port = "", 80
    for address in addresses:
        try:
            parts = urlsplit(address)
            candidate, number = parts.hostname or "", parts.port or 80
        except ValueError:
            continue
        if candidate and (not host or ":" in host):  # IPv4 before IPv6
            host, port = candidate, number
    if not host:
        return None
    told = dict(_scope(scope) for scope in scopes if _SCOPE in scope)
    return FoundDevice(
        host=host,
        port=port,
        name=told.get("name", "")[:80],
        hardware=told.get("hardware", "")[:80],
    )


@asynccontextmanager
async def connected(
    host: str, port: int, username: str | None, password: str | None
) -> AsyncIterator[Any]:
    """Yield the library's camera, its services known; closed on exit."""
    camera = ONVIFCamera(host, port, username or "", password or "", adjust_time=True)
    try:
        await camera.update_xaddrs()
        yield camera
    finally:
        await camera.close()


@asynccontextmanager
async def asking(host: str, timeout_s: float) -> AsyncIterator[None]:
    """Bound the time of what is asked inside, and translate its errors."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError:
        raise CameraUnreachable(
            f"{host} does not answer ONVIF; is ONVIF switched on in its settings?"
        ) from None
    except FAILURES as failure:
        raise onvif_failure(host, failure) from None


def onvif_failure(host: str, failure: Exception) -> CameraError:
    """Translate the library's errors; their texts may hold addresses and go nowhere."""
    if _is_refusal(failure):
        return CameraUnauthorised(
            f"{host} refuses the user name or the password for ONVIF; some cameras"
            " have users of their own for it"
        )
    unreachable = ONVIFTimeoutError | aiohttp.ClientConnectionError | OSError
    if isinstance(failure, unreachable):
        return CameraUnreachable(
            f"{host} cannot be reached by ONVIF; check host and port, and whether"
            " ONVIF is switched on in the camera"
        )
    return CameraUnsupported(f"{host} answers, but not as ONVIF asks for")


def _is_refusal(failure: Exception) -> bool:
    """Tell a refused password from other failures: by SOAP fault, or by HTTP."""
    if isinstance(failure, ONVIFAuthError):
        return True
    if isinstance(failure, aiohttp.ClientResponseError):
        return failure.status in _REFUSED_STATUS
    if isinstance(failure, TransportError):
        return failure.status_code in _REFUSED_STATUS
    code = failure.code if isinstance(failure, Fault) else ""
    text = f"{failure} {code}".lower()
    return any(word in text for word in _REFUSALS)


async def _profiles(camera: Any) -> tuple[Profile, ...]:
    media = await camera.create_media_service()
    found = [
        await _profile(media, raw)
        for raw in await media.GetProfiles()
        if getattr(raw, "VideoEncoderConfiguration", None) is not None
    ]
    return tuple(one for one in found if one is not None)


async def _profile(media: Any, raw: Any) -> Profile | None:
    question = media.create_type("GetStreamUri")
    question.ProfileToken = raw.token
    question.StreamSetup = {
        "Stream": "RTP-Unicast",
        "Transport": {"Protocol": "RTSP"},
    }
    try:
        answer = await media.GetStreamUri(question)
    except ZeepError:
        return None  # a profile that is not set up; the others may be
    return profile_from_answers(raw, answer.Uri)


def profile_from_answers(raw: Any, url: str | None) -> Profile | None:
    """Put together one profile; None when it is without an address or a size."""
    encoder = raw.VideoEncoderConfiguration
    size = getattr(encoder, "Resolution", None)
    if not url or size is None:
        return None
    try:
        address = split_credentials(url)
    except InvalidInput:
        return None
    codec = str(encoder.Encoding).upper()
    return Profile(
        token=str(raw.token),
        name=str(raw.Name or raw.token),
        codec=_CODECS.get(codec, codec.lower()),
        width=int(size.Width),
        height=int(size.Height),
        url=address.url,
    )


def _search(timeout_s: float) -> tuple[FoundDevice, ...]:
    discovery = ThreadedWSDiscovery()
    try:
        discovery.start()
        services = discovery.searchServices(
            types=[_DEVICE_TYPE], scopes=[Scope(_SCOPE)], timeout=timeout_s
        )
        found = [
            device_from_discovery(
                service.getXAddrs(), [scope.getValue() for scope in service.getScopes()]
            )
            for service in services
        ]
    except OSError:
        return ()  # a machine without multicast finds nothing
    finally:
        discovery.stop()
    unique = {(one.host, one.port): one for one in found if one is not None}
    return tuple(sorted(unique.values(), key=lambda one: (one.host, one.port)))


def _scope(scope: str) -> tuple[str, str]:
    kind, _, value = scope.partition(_SCOPE)[2].strip("/").partition("/")
    return kind, unquote(value)


def _area(profile: Profile) -> int:
    return profile.width * profile.height


def _distance(profile: Profile) -> int:
    return abs(profile.width - _SUB_WIDTH) + abs(profile.height - _SUB_HEIGHT)
