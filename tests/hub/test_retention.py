"""What a hub forgets, and that it forgets it though something else is away."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.store.schema import ALERTS, ISSUED
from neighborcam.protocol.alerts import Scope
from neighborcam.protocol.envelopes import close
from tests.hub.clock import REGION, START
from tests.hub.conftest import Town
from tests.hub.test_alerts import refused
from tests.hub.test_feed import headlines, next_events, read
from tests.hub.test_moderation import (
    KEYS,
    decide,
    jpeg,
    media,
    waiting,
    with_picture,
)


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


async def test_what_waits_for_a_steward_can_be_looked_into_and_read_by_nobody_else(
    town: Town,
) -> None:
    home, data = await town.home(), jpeg()
    soon = town.clock().replace(microsecond=0) + timedelta(minutes=20)
    made = home.alert(expires=soon, scope=Scope.PUBLIC, media=(media(data),))
    sealed = close(home.member.household, made.id, [each.recipient for each in KEYS])
    await home.send(home.signed(made, token=await home.token(), envelope=sealed))
    name = made.media[0].sha256
    await home.put_media(made.id, name, data)
    await decide(town, "approved")
    await town.hub.desk.reports.report(made.id, "threats", is_member=True)
    town.clock.advance(hours=1)
    await town.hub.retention.run_once()
    case = await waiting(town)
    assert case.alert == made
    assert await town.hub.desk.openings.envelope(case.id) == sealed
    day = await home.reading_pass()
    member = {"Authorization": f"Pass {day}"}
    path = f"/api/alerts/{made.id}"
    for each in (path, f"{path}/comments", f"{path}/media/{name}"):
        assert (await town.get(each, **member)).status == 404
    assert (await town.get(f"/feeds/{made.id}.cap")).status == 404
    for each in (f"/api/alerts?region={REGION}", "/feeds/alerts.atom"):
        assert made.id not in await (await town.get(each, **member)).text()
    assert await refused(home.comment(made, "Still here")) == "not_found"
    for after in (None, 0):
        assert await headlines(home, after) == []
    town.clock.at = START + timedelta(days=13, hours=23)
    await town.hub.retention.run_once()
    assert await count(town) == 1
    town.clock.at = START + timedelta(days=14)
    await town.hub.retention.run_once()
    assert await count(town) == 0


async def test_a_decision_ends_what_had_run_out_and_is_told_to_nobody(
    town: Town,
) -> None:
    home = await town.home()
    soon = town.clock().replace(microsecond=0) + timedelta(minutes=20)
    alert = await home.post(expires=soon)
    said = await home.comment(alert, "He lives at the corner")
    await town.hub.desk.reports.report(said.id, "a home", is_member=True)
    town.clock.advance(hours=1)
    await town.hub.retention.run_once()
    day = await home.reading_pass()
    async with home.link.feed(REGION, 0, day) as messages:
        await read(messages)
        await decide(town, "refused")
        other = await home.post()
        (event,) = await next_events(messages)
        assert event.alert == other
    await town.hub.retention.run_once()
    assert await count(town) == 1


async def count(town: Town) -> int:
    async with town.hub.desk.database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(ALERTS)) or 0
