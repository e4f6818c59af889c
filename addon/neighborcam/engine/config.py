"""What the owner sets, validated once, immutable afterwards.

Coordinates of polygons are fractions of the picture, 0 … 1, origin top left, so
that they hold for main and sub stream alike. These types are also the API's.
"""

from enum import StrEnum
from typing import Annotated, NewType

import msgspec

CameraId = NewType("CameraId", str)  # lower-case slug: front-door
ZoneId = NewType("ZoneId", str)  # lower-case slug, unique within its camera

SLUG = r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"

type Slug = Annotated[str, msgspec.Meta(pattern=SLUG)]
type Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
type Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
type Point = tuple[Fraction, Fraction]
type Polygon = Annotated[tuple[Point, ...], msgspec.Meta(min_length=3, max_length=64)]
type Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
type Seconds = Annotated[float, msgspec.Meta(ge=0, le=120)]


class Transport(StrEnum):
    """How RTP travels. TCP survives Wi-Fi and firewalls; UDP has less delay."""

    TCP = "tcp"
    UDP = "udp"


class Gate(StrEnum):
    """What is decoded for detection."""

    AUTO = "auto"  # the sub stream where there is one, else the main stream
    ECO = "eco"  # key frames and hints; an event between two key frames can be missed


class RecordingMode(StrEnum):
    """When a camera is recorded."""

    CONTINUOUS = "continuous"
    EPISODES = "episodes"
    OFF = "off"


class Zone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the picture with motion of its own."""

    id: Slug
    name: Name
    polygon: Polygon
    sensitivity: Percent | None = None  # None: the camera's


class Onvif(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the camera's own events come from; the camera's user and password apply."""

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 80


class CameraConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """One camera as its owner configured it.

    ``main_url`` and ``sub_url`` never hold credentials: `split_credentials` in
    `camera/address.py` moves them into ``username`` and ``password`` before a
    config is made. ``password`` is encrypted at rest and never returned by the API.
    """

    id: Slug
    name: Name
    main_url: str
    sub_url: str | None = None
    username: str | None = None
    password: str | None = None
    transport: Transport = Transport.TCP
    onvif: Onvif | None = None
    enabled: bool = True
    privacy: bool = False  # dark for everybody: not connected, not recorded
    detection: bool = True
    sharing: bool = False  # may be offered to neighbours and in answers
    gate: Gate = Gate.AUTO
    sensitivity: Percent = 50
    zones: tuple[Zone, ...] = ()
    masks: tuple[Polygon, ...] = ()  # motion here is ignored
    privacy_masks: tuple[Polygon, ...] = ()  # ignored, and black in every still picture
    recording: RecordingMode = RecordingMode.CONTINUOUS
    audio: bool = True
    pre_roll_s: Seconds = 5.0
    post_roll_s: Seconds = 10.0
    keep_days: Annotated[float, msgspec.Meta(gt=0, le=36_500)] | None = 14.0
    keep_bytes: Annotated[int, msgspec.Meta(gt=0, le=2**60)] | None = None

    def __repr__(self) -> str:
        """Identify the camera without its address or password: this may be logged."""
        return f"CameraConfig(id={self.id!r})"
