"""WS-Discovery: how a fake ONVIF camera is found on the network."""

import asyncio
import re
import socket
import struct
import uuid
from typing import cast

GROUP = "239.255.255.250"
PORT = 3702

_ANSWER = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
    'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
    "<a:MessageID>urn:uuid:{message}</a:MessageID><a:RelatesTo>{probe}</a:RelatesTo>"
    "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>"
    '<d:AppSequence InstanceId="1" MessageNumber="1"/>'
    "</s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>"
    "<a:EndpointReference><a:Address>urn:uuid:{device}</a:Address>"
    "</a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>"
    "<d:Scopes>onvif://www.onvif.org/Profile/Streaming "
    "onvif://www.onvif.org/name/Demo%20Yard "
    "onvif://www.onvif.org/hardware/demo</d:Scopes><d:XAddrs>{address}</d:XAddrs>"
    "<d:MetadataVersion>1</d:MetadataVersion>"
    "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
)


class _Responder(asyncio.DatagramProtocol):
    """Answers probes for cameras, to whoever asked."""

    def __init__(self, address: str, device: uuid.UUID) -> None:
        self._address = address
        self._device = device
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a probe; everything else on the group is not for us."""
        text = data.decode(errors="replace")
        probe = re.search(r"<(?:[\w-]+:)?MessageID[^>]*>([^<]+)<", text)
        if "discovery/Probe<" not in text or probe is None or not self._transport:
            return
        types = re.search(r"<(?:[\w-]+:)?Types[^>]*>([^<]*)<", text)
        if types and types[1].strip() and "NetworkVideo" not in types[1]:
            return
        answer = _ANSWER.format(
            message=uuid.uuid4(),
            probe=probe[1],
            device=self._device,
            address=self._address,
        )
        self._transport.sendto(answer.encode(), addr)


async def answer_probes(
    address: str, device: uuid.UUID, port: int = PORT
) -> tuple[asyncio.DatagramTransport, int]:
    """Answer probes for the device at `address`; return (transport, port).

    Listens to the multicast group and to unicast, on loopback too. Machines
    without multicast keep the unicast half.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", port))
    for interface in ("0.0.0.0", "127.0.0.1"):
        wish = struct.pack("4s4s", *map(socket.inet_aton, (GROUP, interface)))
        try:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, wish)
        except OSError:
            continue
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Responder(address, device), sock=sock
    )
    return transport, sock.getsockname()[1]
