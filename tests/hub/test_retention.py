"""What a hub forgets, and that it forgets it though something else is away."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.store.schema import ALERTS, ISSUED
from tests.hub.conftest import Town
from tests.hub.test_moderation import with_picture


async def scopes(town: Town) -> set[str]:
    async with town.hub.desk.database.read() as tx:
        return set(await tx.scalars(select(ISSUED.c.scope)))


async def test_counts_of_tokens_are_forgotten_with_the_tokens(town: Town) -> None:
    home = await town.home()
    alert = await home.post(expires=town.clock() + timedelta(days=5))
    key = (await town.hub.desk.alerts.get(alert.id)).vote_key  # type: ignore[union-attr]
    await home.vote_token(alert.id, key)
    assert alert.id in await scopes(town)
    assert len(await scopes(town)) > 1
    town.clock.advance(days=1)
    await town.hub.retention.run_once()
    assert len(await scopes(town)) > 1, "tokens of yesterday are good today"
    town.clock.advance(days=1)
    await town.hub.retention.run_once()
    assert await scopes(town) == {alert.id}, "a second vote token must stay refused"


async def test_a_store_of_pictures_that_is_away_keeps_no_alert(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await town.home()
    await home.post()

    async def away(*_: object) -> None:
        raise StorageFailed("the store of pictures does not answer")

    monkeypatch.setattr(town.hub.desk.chunks, "forget", away)
    monkeypatch.setattr(town.hub.retention, "_forget_pictures", away)
    town.clock.advance(days=31)
    with pytest.raises(StorageFailed, match="pictures"):
        await town.hub.retention.run_once()
    async with town.hub.desk.database.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(ALERTS)) == 0


async def test_bytes_without_a_row_go_an_hour_later_and_no_others(town: Town) -> None:
    home, blobs = await town.home(), town.hub.blobs
    alert = await with_picture(home)
    (kept,) = await blobs.names()
    strays = ["0" * 32, "chunks/" + "0" * 32]
    for name in (*strays, "somebody/else"):
        await blobs.put(name, b"x")
    await town.hub.retention.run_once()
    town.clock.advance(minutes=59)
    young = "1" * 32
    await blobs.put(young, b"x")  # its row is on its way
    await town.hub.retention.run_once()
    assert len(await blobs.names()) == 5
    town.clock.advance(minutes=1)
    await town.hub.retention.run_once()
    assert set(await blobs.names()) == {kept, young, "somebody/else"}
    name = alert.media[0].sha256
    media = town.hub.desk.media
    assert (await media.get(alert.id, name, is_member=True, is_steward=True)).data
