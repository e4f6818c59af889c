import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import h3
import pytest

from demo.town_home import CELL, Home
from neighborcam.engine.errors import HubRefused, HubUnreachable
from neighborcam.hub.current_alerts import cells_of
from neighborcam.hub.events import is_in
from neighborcam.hub.fanout.interface import Lagging
from neighborcam.hub.fanout.local import Mailbox
from neighborcam.protocol.alerts import ReactionKind, Scope
from neighborcam.protocol.feed import Events, FeedMessage, Hello, Published, Withdrawn
from tests.hub.clock import REGION
from tests.hub.conftest import Town

OTHER_REGION = "851fb467fffffff"
NEXT_DOOR = h3.cell_to_center_child("861f1d487ffffff", 8)  # in REGION


async def read(messages: AsyncIterator[FeedMessage]) -> Any:
    async with asyncio.timeout(30):
        return await anext(messages)


async def next_events(messages: AsyncIterator[FeedMessage]) -> list[Any]:
    while True:
        message = await read(messages)
        if isinstance(message, Events) and message.events:
            return list(message.events)


async def headlines(home: Home, after: int | None = None) -> list[str]:
    async with home.link.feed(REGION, after, await home.reading_pass()) as messages:
        assert isinstance(await read(messages), Hello)
        found: list[str] = []
        while True:
            message = await read(messages)
            assert isinstance(message, Events)
            found += [
                each.alert.headline if isinstance(each, Published) else each.standing
                for each in message.events
            ]
            if message.live:
                return found


async def test_an_alert_reaches_whoever_listens(town: Town) -> None:
    one, other = await town.home(), await town.home()
    async with other.link.feed(REGION, None, await other.reading_pass()) as messages:
        hello = await read(messages)
        assert (hello.region, hello.seq) == (REGION, 0)
        assert (await read(messages)) == Events(events=(), live=True)
        alert = await one.post()
        (event,) = await next_events(messages)
        assert event.alert == alert
        cancel = await one.cancel(alert)
        (event,) = await next_events(messages)
        assert event.alert == cancel


async def test_after_a_gap_nothing_is_missing_and_nothing_comes_twice(
    town: Town,
) -> None:
    home = await town.home()
    for name in ("a", "b", "c"):
        await home.post(headline=name)
    assert await headlines(home) == ["a", "b", "c"]
    assert await headlines(home, after=1) == ["b", "c"]
    assert await headlines(home, after=3) == []


async def test_alerts_of_other_regions_stay_there(town: Town) -> None:
    home = await town.home()
    await home.post(headline="here")
    await home.post(headline="there", cell="881fb46623fffff")
    assert await headlines(home) == ["here"]
    async with home.link.feed(
        OTHER_REGION, None, await home.reading_pass()
    ) as messages:
        await read(messages)
        events = await next_events(messages)
        assert [each.alert.headline for each in events] == ["there"]


async def test_a_finer_region_hears_its_part_only(town: Town) -> None:
    home = await town.home()
    await home.post()
    for region, count in (("861f1d48fffffff", 1), ("861f1d4d7ffffff", 0)):
        async with home.link.feed(region, None, await home.reading_pass()) as messages:
            await read(messages)
            message = await read(messages)
            assert len(message.events) == count


async def test_what_is_hidden_is_withdrawn_from_those_who_had_it(town: Town) -> None:
    author = await town.home()
    alert = await author.post(text="secret")
    async with author.link.feed(REGION, 0, await author.reading_pass()) as messages:
        (event,) = await next_events(messages)
        for _ in range(3):
            home = await town.home()
            await home.vote(alert, ReactionKind.NOT_SO, event.vote_key)
        seen = [await next_events(messages) for _ in range(3)]
        (last,) = seen[-1]
        assert isinstance(last, Withdrawn)
        assert last.id == alert.id
    assert await headlines(author) == []
    assert await headlines(author, after=0) == ["hidden"]


async def test_the_feed_needs_the_pass_of_the_day(town: Town) -> None:
    home = await town.home()
    old = await home.reading_pass()
    town.clock.advance(days=2)
    with pytest.raises(HubRefused):
        async with home.link.feed(REGION, None, old):
            pass
    async with town.session.ws_connect(
        f"{town.url}/api/feed?region={REGION}"
    ) as socket:
        await socket.send_json({"type": "auth", "reading_pass": "wrong"})
        assert (await socket.receive()).data == 4401
    async with town.session.ws_connect(
        f"{town.url}/api/feed?region={REGION}"
    ) as socket:
        answer = {"type": "auth", "reading_pass": await home.reading_pass()}
        await socket.send_json(answer)
        assert (await socket.receive_json())["type"] == "hello"


async def test_every_member_has_the_same_pass(town: Town) -> None:
    one, other = await town.home(), await town.home()
    assert await one.reading_pass() == await other.reading_pass()


async def test_a_listener_that_is_too_far_behind_is_told_so() -> None:
    box = Mailbox()
    for _ in range(300):
        box.put(None)
    with pytest.raises(Lagging):
        await anext(aiter(box))


async def test_a_hub_that_stops_says_so_to_its_listeners(town: Town) -> None:
    home = await town.home()
    async with home.link.feed(REGION, None, await home.reading_pass()) as messages:
        await read(messages)
        await read(messages)
        stopping = asyncio.create_task(town.hub.server.stop())
        with pytest.raises(HubUnreachable):
            await read(messages)
        await stopping


@pytest.mark.parametrize("region", ["", "nonsense", "891f1d48863ffff", "85" + "f" * 13])
async def test_a_region_that_is_none_is_refused(town: Town, region: str) -> None:
    answer = await town.get(f"/api/feed?region={region}")
    assert answer.status == 400


async def test_public_feeds_show_newest_versions_and_no_cancelled_ones(
    town: Town,
) -> None:
    home = await town.home()
    await home.post(headline="for members")
    public = await home.post(headline="first", scope=Scope.PUBLIC)
    update = home.version(public, headline="second")
    town.clock.advance(seconds=1)
    token = await home.token()
    await home.send(home.signed(update, token=token))

    async def titles() -> list[str]:
        answer = await town.get("/feeds/alerts.geojson")
        features = (await answer.json(content_type=None))["features"]
        return [each["properties"]["headline"] for each in features]

    assert await titles() == ["second"]
    await home.comment(public, "Is that so?")  # below the first version
    assert await titles() == ["second"]
    town.clock.advance(seconds=1)
    await home.cancel(update)
    await home.comment(public, "Thank you")
    assert await titles() == []
    for name in ("georss", "atom"):
        answer = await town.get(f"/feeds/alerts.{name}")
        assert answer.status == 200
        assert "members" not in await answer.text()
    assert (await town.get(f"/feeds/{public.id}.cap")).status == 200


async def test_feeds_leave_out_what_has_expired(town: Town) -> None:
    home = await town.home()
    await home.post(scope=Scope.PUBLIC)
    town.clock.advance(hours=4)
    answer = await town.get("/feeds/alerts.geojson")
    assert (await answer.json(content_type=None))["features"] == []


async def test_a_limit_counts_alerts_that_hold_and_lie_in_the_region(
    nodes: tuple[Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, _ = nodes
    monkeypatch.setattr("neighborcam.hub.events.BATCH", 2)
    homes, scope = [await town.home() for _ in range(3)], Scope.PUBLIC
    soon = town.clock().replace(microsecond=0) + timedelta(hours=1)
    wanted = [await homes[0].post(scope=scope, headline=name) for name in ("a", "b")]
    taken_back = []
    for home in homes[1:]:
        taken_back.append(await home.post(scope=scope))
        await home.cancel(taken_back[-1])
        await home.post(scope=scope, expires=soon)
        await home.post(scope=scope, cell=NEXT_DOOR)
    town.clock.advance(hours=2)
    here = h3.cell_to_parent(CELL, 6)
    feed = await town.get(f"/feeds/alerts.geojson?region={here}")
    features = (await feed.json(content_type=None))["features"]
    assert {each["properties"]["headline"] for each in features} == {"a", "b"}
    atom = await (await town.get(f"/feeds/alerts.atom?region={here}")).text()
    assert atom.count("<entry>") == 2  # what says that they are taken back
    assert not any(f"/feeds/{each.id}.cap" in atom for each in taken_back)
    secret = await home.reading_pass()
    answer = await town.get(
        f"/api/alerts?region={here}", Authorization=f"Pass {secret}"
    )
    listed = (await answer.json())["alerts"]
    assert {each["alert"]["id"] for each in listed} == {each.id for each in wanted}


@pytest.mark.parametrize("region", [REGION, h3.cell_to_parent(CELL, 6)])
def test_the_cells_of_a_region_are_those_between_two_numbers(region: str) -> None:
    spans = cells_of(region)
    around = [
        cell for each in h3.grid_disk(region, 1) for cell in h3.cell_to_children(each)
    ]
    for cell in (region, *around, *(h3.cell_to_center_child(c, 9) for c in around)):
        found = sum(first <= cell <= last for first, last in spans)
        assert found == is_in(cell, region), cell


async def test_headers_say_nothing_about_versions_or_who_asked(town: Town) -> None:
    answer = await town.get("/api/hub")
    assert answer.headers["Server"] == "NeighborCam"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
