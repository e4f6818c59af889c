"""Cameras that only give single pictures: one JPEG is asked for again and again."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.client import HTTPException
from threading import Event
from typing import Final

from neighborcam.engine.camera.address import SNAPSHOT, Address, host_and_port
from neighborcam.engine.camera.audio import AudioTrack
from neighborcam.engine.camera.failures import check_host, insecure_tls
from neighborcam.engine.camera.packet import MediaKind
from neighborcam.engine.camera.parameter_sets import jpeg_size
from neighborcam.engine.camera.raw_packet import RawPacket, VideoHint
from neighborcam.engine.camera.timeouts import Timeouts
from neighborcam.engine.errors import (
    CameraError,
    CameraStalled,
    CameraUnauthorised,
    CameraUnreachable,
    CameraUnsupported,
)

SNAPSHOT_FPS: Final = 2.0
_MOST_BYTES: Final = 32 * 1024 * 1024
_MILLISECOND: Final = Fraction(1, 1000)
_REFUSED: Final = (401, 403)
_NOT_FOUND: Final = 404


class SnapshotReader:
    """Polls one picture ``fps`` times a second; raises the `CameraError` tree."""

    paced = True
    audio: AudioTrack | None = None

    def __init__(
        self,
        address: Address,
        *,
        timeouts: Timeouts,
        fps: float = SNAPSHOT_FPS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = address.url.removeprefix(SNAPSHOT)
        check_host(self._url)
        self._opener = _opener(self._url, address)
        self._timeout = min(timeouts.open_s, timeouts.read_s)
        self._interval = 1 / fps
        self._monotonic = monotonic
        self._closed = Event()
        self._first = self._fetch()
        width, height = jpeg_size(self._first) or (0, 0)
        if not width:
            raise CameraUnsupported(
                f"{self._host} answers, but not with a JPEG picture; check the path of"
                " the snapshot in the camera's manual"
            )
        self.video = VideoHint(
            codec="mjpeg", width=width, height=height, extradata=b"", fps=fps
        )

    @property
    def _host(self) -> str:
        return host_and_port(self._url)[0]

    def packets(self) -> Iterator[RawPacket]:
        """Yield one key frame per picture; one that is no JPEG is left out."""
        picture, due = self._first, self._monotonic()
        while not self._closed.is_set():
            if jpeg_size(picture):
                yield RawPacket(
                    MediaKind.VIDEO,
                    picture,
                    None,
                    None,
                    None,
                    _MILLISECOND,
                    is_key=True,
                )
            due = max(due + self._interval, self._monotonic())
            if self._closed.wait(max(0.0, due - self._monotonic())):
                return
            picture = self._fetch()

    def close(self) -> None:
        """End the polling, also from another thread."""
        self._closed.set()

    def _fetch(self) -> bytes:
        try:
            with self._opener.open(self._url, timeout=self._timeout) as response:
                data: bytes = response.read(_MOST_BYTES)
                if not response.length:  # else `read` ended early without a word
                    return data
                error = self._broken_off()
        except urllib.error.HTTPError as failure:
            failure.close()
            error = self._refusal(failure.code)
        except TimeoutError:
            error = CameraStalled(f"{self._host} does not answer with a picture")
        except (OSError, HTTPException, ValueError) as failure:
            error = self._unreachable(failure)
        raise error

    def _broken_off(self) -> CameraError:
        return CameraUnreachable(
            f"{self._host} breaks off in the middle of a picture; it may be too busy,"
            " or its network too slow"
        )

    def _refusal(self, code: int) -> CameraError:
        if code in _REFUSED:
            return CameraUnauthorised(
                f"{self._host} refuses the user name or the password; enter the"
                " camera's own"
            )
        if code == _NOT_FOUND:
            return CameraUnsupported(
                f"{self._host} answers, but has no picture at this path; check it in"
                " the camera's manual"
            )
        return CameraUnreachable(
            f"{self._host} answers that it cannot give a picture now (HTTP {code})"
        )

    def _unreachable(self, failure: Exception) -> CameraError:
        reason = getattr(failure, "reason", failure)
        if isinstance(reason, TimeoutError):
            return CameraUnreachable(
                f"no answer from {self._host}; is the camera on, and in the network?"
            )
        return CameraUnreachable(
            f"{self._host} cannot be reached for a picture; is the camera on, and its"
            " web server switched on?"
        )


def _opener(url: str, address: Address) -> urllib.request.OpenerDirector:
    """Return an opener that answers Basic and Digest and trusts any certificate."""
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    if address.username is not None:
        passwords.add_password(None, url, address.username, address.password or "")
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}),  # cameras are at home, never behind a proxy
        urllib.request.HTTPDigestAuthHandler(passwords),
        urllib.request.HTTPBasicAuthHandler(passwords),
        urllib.request.HTTPSHandler(context=insecure_tls()),
    )
