"""The HTTP door for faults: `POST /CAMERA/FAULT`, `GET /` for the state."""

import asyncio
import functools
import json
from typing import Protocol
from urllib.parse import unquote


class Controlled(Protocol):
    """A server of cameras that can be told to misbehave."""

    def fault(self, camera: str, mode: str) -> None:
        """Apply a fault; ValueError or KeyError when there is no such thing."""

    def status(self) -> dict[str, dict[str, str | int]]:
        """Return the state of each camera."""


async def serve_control(target: Controlled, host: str, port: int) -> asyncio.Server:
    """Open the door and return the server, which the caller closes."""
    return await asyncio.start_server(functools.partial(_serve, target), host, port)


async def _serve(
    target: Controlled, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        method, path, *_ = head.decode("latin1").split(" ")
        status, body = _answer(target, method, unquote(path))
        text = json.dumps(body, indent=1).encode()
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
            f"Connection: close\r\nContent-Length: {len(text)}\r\n\r\n".encode()
            + text
        )
        await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        return
    except ValueError:
        return  # not HTTP
    finally:
        writer.close()


def _answer(target: Controlled, method: str, path: str) -> tuple[str, object]:
    camera, _, mode = path.strip("/").partition("/")
    if method != "POST":
        return "200 OK", target.status()
    try:
        target.fault(camera, mode)
    except KeyError:
        return "404 Not Found", {"error": f"there is no camera called {camera!r}"}
    except ValueError as problem:
        return "400 Bad Request", {"error": str(problem)}
    return "200 OK", target.status()
