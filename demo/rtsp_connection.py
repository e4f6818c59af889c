"""One RTSP connection: requests in, answers out (RFC 2326)."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from demo.clip import Clip
from demo.faults import Serving
from demo.rtsp_camera import Camera
from demo.rtsp_session import Datagrams, Interleaved, Sending, Session

_CALLED = re.compile(r"^rtsps?://[^/]*/", re.IGNORECASE)
_TRACK = "trackID="
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request line with its headers (lower case names)."""

    method: str
    url: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The URL without host and slashes around: camera, then track."""
        return _CALLED.sub("", self.url).strip("/")

    @property
    def camera(self) -> str:
        """The camera the URL names."""
        return self.path.split("/")[0].split("?")[0]

    @property
    def track(self) -> int:
        """The track the URL names, the first when it names none."""
        number = self.path.rpartition(_TRACK)[2]
        return int(number) if number.isdigit() else 0


@dataclass(slots=True, kw_only=True)
class Answer:
    """A status line with headers and body."""

    status: str = "200 OK"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def encode(self, sequence: str) -> bytes:
        """Return the bytes on the wire."""
        headers = {"CSeq": sequence, **self.headers}
        if self.body:
            headers["Content-Length"] = str(len(self.body.encode()))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"RTSP/1.0 {self.status}\r\n{lines}\r\n{self.body}".encode()


async def serve_connection(
    cameras: Mapping[str, Camera],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Answer a client until it leaves or a fault throws it out."""
    connection = Connection(cameras, writer)
    try:
        async for request in _requests(reader):
            if not await connection.handle(request):
                return
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return  # the client left, or talks something else
    except (ConnectionError, ValueError):
        return
    finally:
        connection.leave()
        writer.close()


async def _requests(reader: asyncio.StreamReader) -> AsyncIterator[Request]:
    while True:
        first = await reader.readexactly(1)
        if first == b"$":
            # Receiver reports of the client, interleaved: of no interest.
            size = (await reader.readexactly(3))[1:]
            await reader.readexactly(int.from_bytes(size))
            continue
        if first in b"\r\n":
            continue
        raw = first + await reader.readuntil(b"\r\n\r\n")
        line, *rest = raw.decode("latin1").strip().split("\r\n")
        method, url, _ = line.split(" ", 2)
        pairs = (text.partition(":") for text in rest)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        await reader.readexactly(int(headers.get("content-length", 0)))
        yield Request(method=method, url=url, headers=headers)


class Connection:
    """The state of one client: which camera it watches, in what session."""

    def __init__(
        self, cameras: Mapping[str, Camera], writer: asyncio.StreamWriter
    ) -> None:
        self._cameras = cameras
        self._writer = writer
        self._transport = writer.transport
        self._camera: Camera | None = None
        self._session: Session | None = None
        sock: socket.socket | None = writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def handle(self, request: Request) -> bool:
        """Answer one request; False ends the connection."""
        camera = self._cameras.get(request.camera, self._camera)
        if camera is not None:
            self._camera = camera
            camera.connections.add(self._transport)
            if camera.faults.serving is Serving.DOWN:
                self._transport.abort()
                return False
            if camera.faults.serving is Serving.MUTE:
                return True
        answer = self._answer(request, camera)
        self._writer.write(answer.encode(request.headers.get("cseq", "0")))
        await self._writer.drain()
        return request.method != "TEARDOWN"

    def leave(self) -> None:
        """Forget this client everywhere."""
        if self._camera is not None:
            self._camera.connections.discard(self._transport)
            if self._session is not None:
                self._camera.sessions.discard(self._session)
        if self._session is not None:
            self._session.close()

    def _answer(self, request: Request, camera: Camera | None) -> Answer:
        if request.method == "OPTIONS":
            return Answer(headers={"Public": _METHODS})
        if camera is None:
            return Answer(status="404 Not Found")
        if (refusal := _refusal(request, camera)) is not None:
            return refusal
        if request.method == "DESCRIBE":
            return self._describe(request, camera)
        if request.method == "SETUP":
            return self._set_up(request, camera)
        return self._steer(request, camera)

    def _steer(self, request: Request, camera: Camera) -> Answer:
        session = self._session
        if session is None:
            return Answer(status="454 Session Not Found")
        answer = Answer(headers={"Session": session.id})
        if request.method == "PLAY":
            camera.sessions.add(session)
            answer.headers["Range"] = "npt=now-"
        elif request.method in {"PAUSE", "TEARDOWN"}:
            camera.sessions.discard(session)
        return answer

    def _describe(self, request: Request, camera: Camera) -> Answer:
        if camera.faults.serving is Serving.REFUSE:
            return Answer(status="503 Service Unavailable")
        headers = {
            "Content-Type": "application/sdp",
            "Content-Base": request.url.rstrip("/") + "/",
        }
        return Answer(headers=headers, body=describe_sdp(camera.clip))

    def _set_up(self, request: Request, camera: Camera) -> Answer:
        if request.track >= len(camera.clip.tracks):
            return Answer(status="404 Not Found")
        if self._session is None:
            faults = camera.faults
            self._session = Session(
                transport=self._transport, wrap=faults.wrap, nokey=faults.nokey
            )
        channel, text = self._open_channel(request.headers.get("transport", ""))
        if channel is None:
            return Answer(status="461 Unsupported Transport")
        sending = Sending(track=camera.clip.tracks[request.track], channel=channel)
        self._session.sending[request.track] = sending
        headers = {
            "Transport": f"{text};ssrc={sending.ssrc:08X}",
            "Session": f"{self._session.id};timeout=60",
        }
        return Answer(headers=headers)

    def _open_channel(self, wish: str) -> tuple[Interleaved | Datagrams | None, str]:
        if "TCP" in wish:
            match = re.search(r"interleaved=(\d+)", wish)
            taken = 2 * len(self._session.sending) if self._session else 0
            number = int(match[1]) if match else taken
            pair = f"{number}-{number + 1}"
            text = f"RTP/AVP/TCP;unicast;interleaved={pair}"
            return Interleaved(transport=self._transport, channel=number), text
        match = re.search(r"client_port=(\d+)-(\d+)", wish)
        if match is None:
            return None, ""
        channel = Datagrams(
            self._transport.get_extra_info("sockname")[0],
            self._transport.get_extra_info("peername")[0],
            (int(match[1]), int(match[2])),
        )
        ports = "-".join(map(str, channel.ports))
        return channel, f"RTP/AVP;unicast;{match[0]};server_port={ports}"


def _refusal(request: Request, camera: Camera) -> Answer | None:
    gate = camera.gate
    unauthorised = camera.faults.serving is Serving.UNAUTH
    given = request.headers.get("authorization", "")
    if gate is not None and not gate.admits(request.method, given):
        unauthorised = True
    if not unauthorised:
        return None
    challenge = gate.challenge() if gate else 'Digest realm="cam", nonce="0"'
    headers = {"WWW-Authenticate": challenge}
    return Answer(status="401 Unauthorized", headers=headers)


def describe_sdp(clip: Clip) -> str:
    """Return the SDP of a clip: one section per track."""
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        f"s={clip.name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
    ]
    for index, track in enumerate(clip.tracks):
        kind, number = "video" if track.is_video else "audio", track.payload_type
        lines.append(f"m={kind} 0 RTP/AVP {number}")
        lines.append(f"a=rtpmap:{number} {track.encoding}")
        if track.parameters:
            lines.append(f"a=fmtp:{number} {track.parameters}")
        lines.append(f"a=control:{_TRACK}{index}")
    return "".join(f"{line}\r\n" for line in lines)
