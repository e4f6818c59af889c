"""Pictures on their way to a hub: none that nobody awaits, and not all at once."""

import asyncio

import pytest

from demo.town_home import new_id
from neighborcam.hub import media as shelf
from tests.hub.conftest import Town
from tests.hub.test_alerts import refused
from tests.hub.test_moderation import jpeg, media, with_picture


async def start_upload(town: Town, path: str, size: int) -> bytes:
    """Send the head of an upload and no byte of it; return the answer's first line."""
    reader, writer = await asyncio.open_connection("localhost", town.hub.server.port)
    head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n"
    writer.write(head.encode())
    try:
        async with asyncio.timeout(10):
            return await reader.readline()
    finally:
        writer.close()


async def test_what_no_alert_announced_is_refused_before_it_is_read(
    town: Town,
) -> None:
    home = await town.home()
    alert = await home.post(media=(media(jpeg()),))
    for path in (
        f"/api/alerts/{new_id()}/media/{'0' * 64}",
        f"/api/alerts/{alert.id}/media/{'0' * 64}",
    ):
        answer = await start_upload(town, path, 16 * 2**20)
        assert answer.startswith(b"HTTP/1.1 404")


async def test_what_is_there_already_is_not_read_again(town: Town) -> None:
    home = await town.home()
    alert = await with_picture(home)
    path = f"/api/alerts/{alert.id}/media/{alert.media[0].sha256}"
    answer = await start_upload(town, path, 16 * 2**20)
    assert answer.startswith(b"HTTP/1.1 204")


async def test_no_more_is_read_than_was_announced(town: Town) -> None:
    home = await town.home()
    data = jpeg()
    alert = await home.post(media=(media(data),))
    longer = home.put_media(alert.id, alert.media[0].sha256, data + b"x")
    assert await refused(longer) == "too_large"


async def test_so_many_uploads_are_held_and_no_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "UPLOADS", 1)
    home = await town.home()
    data = jpeg()
    alert = await home.post(media=(media(data),))
    name = alert.media[0].sha256
    with town.hub.desk.media.room():
        assert await refused(home.put_media(alert.id, name, data)) == "too_many"
    await home.put_media(alert.id, name, data)
