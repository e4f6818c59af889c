"""FFmpeg's and the system's errors as sentences that a camera's owner can act on.

FFmpeg's own texts name the URL with user and password in it: none is passed on.
"""

import errno
import socket
import ssl
from contextlib import closing
from typing import Final

from av import error as av_error

from neighborcam.engine.camera.address import (
    file_path,
    host_and_port,
    is_network,
    redact,
)
from neighborcam.engine.errors import (
    CameraEnded,
    CameraError,
    CameraStalled,
    CameraUnauthorised,
    CameraUnreachable,
    CameraUnsupported,
)

_ASK_TIMEOUT_S: Final = 2.0
_UNREACHABLE_ERRNOS: Final = frozenset(
    {
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.EHOSTDOWN,
        errno.ENETDOWN,
    }
)

NO_KEY_FRAMES: Final = (
    "the camera sends no key frames, so its picture cannot begin; set the key frame"
    " (I-frame) interval in the camera to 2 seconds"
)
ENDED: Final = "the camera ended the stream; connecting again"
FILE_ENDED: Final = "the file is at its end; a camera's stream would go on"


def check_host(url: str) -> None:
    """Raise `CameraUnreachable` when the host's name is unknown.

    FFmpeg answers an unknown name with a bare "input/output error".
    """
    host, port = host_and_port(url)
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CameraUnreachable(
            f"there is no host named {host}; check the address, or give the camera's"
            " number (like 192.168.1.20)"
        ) from None


def opening_failure(url: str, failure: Exception) -> CameraError:
    """Translate what opening ``url`` raised; ``url`` holds no credentials."""
    if not is_network(url):
        return _file_failure(url, failure)
    host, port = host_and_port(url)
    if isinstance(failure, av_error.HTTPError | av_error.HTTPClientError):
        return _refusal(url, failure, host)
    if isinstance(failure, ConnectionRefusedError):
        return CameraUnreachable(
            f"{host} refuses connections on port {port}; is the camera's"
            f" {_service(url)} switched on, and the port right?"
        )
    if isinstance(failure, av_error.ExitError | TimeoutError):
        return _no_answer(host, port)
    return _other_failure(url, failure, host, port)


def reading_failure(url: str, failure: Exception) -> CameraError:
    """Translate what reading an open stream raised."""
    if not is_network(url):
        return _broken_file(url, failure)
    host = host_and_port(url)[0]
    if isinstance(failure, av_error.ExitError | TimeoutError):
        return CameraStalled(
            f"{host} is connected but sends nothing any more; connecting again"
        )
    if isinstance(failure, EOFError):
        return CameraEnded(ENDED)
    if isinstance(failure, av_error.HTTPUnauthorizedError):
        return opening_failure(url, failure)
    return CameraEnded(f"the connection to {host} broke; connecting again")


def unsupported_codec(codec: str) -> CameraUnsupported:
    """Return the error for video that cannot be used."""
    return CameraUnsupported(
        f"the camera sends {codec or 'unknown'} video; set it to H.264, H.265, MPEG-4"
        " or MJPEG in the camera's own settings"
    )


def no_video() -> CameraUnsupported:
    """Return the error for an address that carries no video."""
    return CameraUnsupported(
        "the address answers without any video; is it the camera's video stream?"
    )


def insecure_tls() -> ssl.SSLContext:
    """Return TLS that encrypts but trusts anybody: cameras sign for themselves."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _no_answer(host: str, port: int) -> CameraError:
    return CameraUnreachable(
        f"no answer from {host} on port {port}; is the camera on, and in this network?"
    )


def _service(url: str) -> str:
    return "RTSP" if url.startswith("rtsp") else "web server"


def _refusal(url: str, failure: Exception, host: str) -> CameraError:
    refused = av_error.HTTPUnauthorizedError | av_error.HTTPForbiddenError
    if isinstance(failure, refused):
        return CameraUnauthorised(
            f"{host} refuses the user name or the password; enter the camera's own"
            " (some cameras lock the account for minutes after wrong ones)"
        )
    if isinstance(failure, av_error.HTTPNotFoundError):
        return CameraUnsupported(
            f"{host} answers, but there is no stream at {redact(url)}; check the path"
            " in the camera's manual, or find the camera by ONVIF"
        )
    return CameraUnreachable(
        f"{host} answers that it cannot serve the stream now; it may be starting,"
        " or too many programs watch it"
    )


def _other_failure(url: str, failure: Exception, host: str, port: int) -> CameraError:
    if isinstance(failure, OSError) and failure.errno in _UNREACHABLE_ERRNOS:
        return CameraUnreachable(
            f"there is no way to {host}; is the camera on, and in this network?"
        )
    if url.startswith(("rtsps://", "https://", "snapshot+https://")):
        secure = _secure_failure(host, port)
        if secure is not None:
            return secure
    if url.startswith(("rtsp://", "rtsps://")):
        return _rtsp_failure(url, failure, host, port)
    if isinstance(failure, ConnectionError):
        return CameraUnreachable(f"{host} broke off the connection; trying again")
    return CameraUnsupported(
        f"{host} answers, but not with video; the address may be a web page of the"
        " camera instead of its stream"
    )


def _file_failure(url: str, failure: Exception) -> CameraError:
    name = file_path(url).name
    if isinstance(failure, FileNotFoundError):
        return CameraUnreachable(f"there is no file {name}")
    if isinstance(failure, PermissionError | IsADirectoryError):
        return CameraUnreachable(f"{name} cannot be read; check its permissions")
    return CameraUnsupported(
        f"{name} is no video file that can be read, or it is damaged"
    )


def _broken_file(url: str, failure: Exception) -> CameraError:
    if isinstance(failure, EOFError):
        return CameraEnded(FILE_ENDED)
    return CameraEnded(
        f"{file_path(url).name} cannot be read any further; is it whole?"
    )


def _rtsp_failure(url: str, failure: Exception, host: str, port: int) -> CameraError:
    """Find out who it is that did not speak RTSP to FFmpeg."""
    try:
        answer = b"" if url.startswith("rtsps") else _ask_rtsp(url, host, port)
    except TimeoutError:
        return _no_answer(host, port)
    if answer and not answer.startswith(b"RTSP/"):
        return CameraUnsupported(
            f"{host} answers on port {port}, but does not speak RTSP; the port is"
            " another service's"
        )
    if answer and isinstance(failure, ValueError):
        return CameraUnsupported(
            f"{host} speaks RTSP, but describes no video stream at this address"
        )
    return CameraUnreachable(
        f"{host} breaks off the connection on port {port}; it may be starting up"
    )


def _ask_rtsp(url: str, host: str, port: int) -> bytes:
    """Return the first bytes of an answer; empty: it hung up. Raises `TimeoutError`.

    The question is about the stream itself: a server of many cameras answers general
    ones for cameras that are away.
    """
    question = f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode()
    try:
        with closing(socket.create_connection((host, port), _ASK_TIMEOUT_S)) as link:
            link.settimeout(_ASK_TIMEOUT_S)
            link.sendall(question)
            return link.recv(64)
    except TimeoutError:
        raise
    except OSError:
        return b""


def _secure_failure(host: str, port: int) -> CameraError | None:
    """Return the error when TLS cannot be had at all; None when it can."""
    context = insecure_tls()
    try:
        with (
            closing(socket.create_connection((host, port), _ASK_TIMEOUT_S)) as link,
            closing(context.wrap_socket(link, server_hostname=host)),
        ):
            return None
    except ssl.SSLError:
        return CameraUnreachable(
            f"{host} does not speak TLS on port {port}; use rtsp:// or http:// there,"
            " or the camera's secure port"
        )
    except OSError:
        return CameraUnreachable(
            f"{host} breaks off the secure connection on port {port}; it may be"
            " starting up, or not speak TLS there: try rtsp:// or http://"
        )
