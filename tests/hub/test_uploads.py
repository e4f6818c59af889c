"""Pictures on their way to a hub: none that nobody awaits, and not all at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from demo.town_home import new_id
from neighborcam.hub import media as shelf
from neighborcam.hub.errors import StorageFailed
from tests.hub.conftest import Town
from tests.hub.test_alerts import refused
from tests.hub.test_moderation import decide, jpeg, media, with_picture


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


async def test_a_picture_that_comes_twice_at_once_leaves_nothing_behind(
    nodes: tuple[Town, Town],
) -> None:
    one, two = nodes
    home = await one.home()
    data = jpeg(1000, 1000)
    alert = await home.post(media=(media(data),))
    name = alert.media[0].sha256
    shelves = [one.hub.desk.media, two.hub.desk.media] * 2
    await asyncio.gather(*(each.put(alert.id, name, data) for each in shelves))
    assert len(await one.hub.blobs.names()) == 1
    await decide(one, "refused")
    one.clock.advance(days=8)
    await one.hub.retention.run_once()
    assert await one.hub.blobs.names() == []


@pytest.mark.parametrize("is_stored", [False, True])
async def test_a_picture_whose_row_failed_has_no_bytes_and_one_that_only_seemed_to_has(
    town: Town, monkeypatch: pytest.MonkeyPatch, *, is_stored: bool
) -> None:
    home = await town.home()
    data = jpeg()
    alert = await home.post(media=(media(data),))
    database, name = town.hub.desk.database, alert.media[0].sha256
    write = database.write

    @asynccontextmanager
    async def failing() -> AsyncIterator[AsyncConnection]:
        async with write() as tx:
            yield tx
            if not is_stored:
                raise StorageFailed("the disk is full")
        raise StorageFailed("the answer was lost")

    monkeypatch.setattr(database, "write", failing)
    with pytest.raises(StorageFailed):
        await town.hub.desk.media.put(alert.id, name, data)
    monkeypatch.undo()
    assert len(await town.hub.blobs.names()) == is_stored
    await town.hub.desk.media.put(alert.id, name, data)
    assert len(await town.hub.blobs.names()) == 1
