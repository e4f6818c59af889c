import asyncio
import datetime as dt
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from onvif import ONVIFCamera
from onvif.exceptions import ONVIFError
from zeep.exceptions import Fault

from demo.onvif_device import (
    DOORBELL_TOPICS,
    MOTION_TOPIC,
    Doorbell,
    OnvifDevice,
    running_device,
)
from demo.onvif_messages import Profile

PROFILES = (
    Profile(
        token="main",
        width=1920,
        height=1080,
        stream_uri="rtsp://127.0.0.1:8554/yard?a=1&b=2",
        snapshot_uri="http://127.0.0.1/snapshot.jpg",
    ),
    Profile(token="sub", width=640, height=360, stream_uri="rtsp://127.0.0.1/sub"),
)
PROBE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://'
    'schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/'
    'ws/2005/04/discovery"><s:Header><a:MessageID>urn:uuid:1</a:MessageID><a:Action>'
    "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>"
    "<s:Body><d:Probe><d:Types>{types}</d:Types></d:Probe></s:Body></s:Envelope>"
)
PULL = {"MessageLimit": 10, "Timeout": dt.timedelta(seconds=5)}


@asynccontextmanager
async def client(device: OnvifDevice, word: str = "p") -> AsyncIterator[Any]:
    camera = ONVIFCamera(device.host, device.port, "u", word)
    try:
        await camera.update_xaddrs()
        yield camera
    finally:
        await camera.close()


async def pulled(service: Any) -> list[tuple[str, str, str]]:
    answer = await service.PullMessages(PULL)
    found = []
    for message in answer.NotificationMessage:
        item = message.Message._value_1.Data.SimpleItem[0]
        found.append((message.Topic._value_1, item.Name, item.Value))
    return found


async def test_a_client_finds_the_profiles_and_their_streams() -> None:
    async with (
        OnvifDevice(PROFILES, username="u", password="p") as device,
        client(device) as camera,
    ):
        service = await camera.create_devicemgmt_service()
        information = await service.GetDeviceInformation()
        assert information.Manufacturer == "Demo"
        media = await camera.create_media_service()
        found = await media.GetProfiles()
        sizes = [(p.token, p.VideoEncoderConfiguration.Resolution.Width) for p in found]
        assert sizes == [("main", 1920), ("sub", 640)]
        setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
        wish = {"ProfileToken": "main", "StreamSetup": setup}
        assert (await media.GetStreamUri(wish)).Uri == PROFILES[0].stream_uri
        snapshot = await media.GetSnapshotUri({"ProfileToken": "main"})
        assert snapshot.Uri == PROFILES[0].snapshot_uri
        with pytest.raises(Fault):
            await media.GetSnapshotUri({"ProfileToken": "sub"})


async def test_motion_and_the_bell_reach_a_subscriber_as_they_happen() -> None:
    async with OnvifDevice(PROFILES) as device, client(device) as camera:
        manager = await camera.create_pullpoint_manager(
            dt.timedelta(seconds=60), subscription_lost_callback=lambda: None
        )
        service = manager.get_service()
        assert await pulled(service) == [(MOTION_TOPIC, "IsMotion", "false")]
        waiting = asyncio.create_task(pulled(service))
        await asyncio.sleep(0)
        device.motion(active=True)
        assert await waiting == [(MOTION_TOPIC, "IsMotion", "true")]
        for maker, (topic, item) in DOORBELL_TOPICS.items():
            device.ring(maker)
            assert await pulled(service) == [(topic, item, "true")]
        await service.SetSynchronizationPoint()
        assert await pulled(service) == [(MOTION_TOPIC, "IsMotion", "true")]
        await manager.shutdown()
        assert device.subscriptions == {}


async def test_a_forgotten_subscription_is_an_error_for_who_waits() -> None:
    async with OnvifDevice(PROFILES) as device, client(device) as camera:
        manager = await camera.create_pullpoint_manager(
            dt.timedelta(seconds=60), subscription_lost_callback=lambda: None
        )
        service = manager.get_service()
        await pulled(service)
        device.forget_subscriptions()
        with pytest.raises(Exception, match="not implemented"):
            await pulled(service)
        await manager.shutdown()


async def test_a_wrong_password_is_not_authorised() -> None:
    async with OnvifDevice(PROFILES, username="u", password="p") as device:
        with pytest.raises(Fault, match="not authorized"):
            async with client(device, "wrong"):
                pass


@pytest.mark.parametrize("mode", ["unauth", "error"])
async def test_a_faulty_device_refuses_everything(mode: Any) -> None:
    async with OnvifDevice(PROFILES) as device:
        device.fault(mode)
        with pytest.raises(Fault):
            async with client(device):
                pass


async def test_a_device_without_events_does_not_offer_them() -> None:
    async with OnvifDevice(PROFILES) as device:
        device.fault("no_events")
        async with client(device) as camera:
            with pytest.raises(ONVIFError):
                await camera.create_pullpoint_manager(
                    dt.timedelta(seconds=60), subscription_lost_callback=lambda: None
                )


async def test_a_mute_device_never_answers() -> None:
    timeout = ClientTimeout(total=0.2)
    async with OnvifDevice(PROFILES) as device, ClientSession(timeout=timeout) as http:
        device.fault("mute")
        with pytest.raises(TimeoutError):
            await http.post(device.url, data="<x/>")


async def test_what_is_no_soap_is_answered_with_a_fault() -> None:
    async with (
        OnvifDevice(PROFILES) as device,
        ClientSession() as http,
        http.post(device.url, data="hello") as answer,
    ):
        assert answer.status == 500
        assert "Fault" in await answer.text()


@pytest.mark.parametrize(
    ("types", "answered"),
    [("dn:NetworkVideoTransmitter", True), ("", True), ("wsdp:Printer", False)],
)
def test_probes_for_cameras_are_answered_with_the_address(
    types: str,
    answered: bool,  # noqa: FBT001 - a parameter of the table above
) -> None:
    with (
        running_device(PROFILES, discovery_port=0) as device,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prober,
    ):
        assert device.discovery_port is not None
        prober.settimeout(5 if answered else 0.2)
        for text in ("noise", PROBE.format(types=types)):
            prober.sendto(text.encode(), (device.host, device.discovery_port))
        if answered:
            assert device.url in prober.recv(4096).decode()
        else:
            with pytest.raises(TimeoutError):
                prober.recv(4096)


def test_a_device_in_a_thread_is_told_from_outside() -> None:
    with running_device(PROFILES, username="u", password="p") as device:
        device.motion(active=True)
        maker: Doorbell = "visitor"
        device.ring(maker, pressed=False)
    with pytest.raises(RuntimeError, match="not running"):
        device.motion(active=False)
