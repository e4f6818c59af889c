"""What hides an alert, what everybody hears of it, and how it is not abused."""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from demo.steward import Refused, Steward
from demo.town_home import Home
from neighborcam.engine.errors import HubRefused
from neighborcam.hub.errors import Conflict
from neighborcam.hub.store.schema import TAKEDOWNS
from neighborcam.protocol.alerts import (
    Alert,
    Flag,
    Origin,
    ReactionKind,
    Scope,
    Takedown,
    Vote,
)
from neighborcam.protocol.feed import Withdrawn
from neighborcam.protocol.signing import sign
from neighborcam.protocol.standing import Standing
from tests.hub.clock import REGION, Clock
from tests.hub.conftest import Town
from tests.hub.test_alerts import shown
from tests.hub.test_feed import next_events, read
from tests.hub.test_moderation import jpeg, media, standing
from tests.hub.test_versions import update

NOT_SO = ReactionKind.NOT_SO


async def dispute(town: Town, alert: Alert, times: int = 3) -> list[tuple[Home, Vote]]:
    """Let households of their own say that it is not so."""
    said = []
    for _ in range(times):
        home = await town.home()
        key = (await shown(town, home, alert.id)).vote_key
        token = await home.vote(alert, NOT_SO, key)
        said.append((home, Vote(alert=alert.id, kind=NOT_SO, token=token)))
    return said


async def decide(town: Town, verdict: Any, *, times: int = 1) -> None:
    """Decide what waits, and check that it is as much as expected."""
    queue = await town.hub.desk.moderation.queue()
    assert len(queue) == times
    for case in queue:
        await town.hub.desk.moderation.decide(
            case.id, verdict, rule="no names", fact="there is none", steward="ann"
        )


async def seen(town: Town, reader: Home, versions: Sequence[Alert]) -> list[bool]:
    """Tell by each way to see an alert whether it can be seen by it."""
    day = await reader.reading_pass()
    member = {"Authorization": f"Pass {day}"}
    found = []
    for path in (
        f"/api/alerts?region={REGION}",
        "/feeds/alerts.geojson",
        "/feeds/alerts.georss",
        "/feeds/alerts.atom",
    ):
        text = await (await town.get(path, **member)).text()
        found.append(any(each.headline in text for each in versions))
    for version in versions:
        answer = await town.get(f"/feeds/{version.id}.cap")
        found.append(answer.status == 200)
        answer = await town.get(f"/api/alerts/{version.id}/comments", **member)
        found.append(answer.status == 200)
        for item in version.media:
            path = f"/api/alerts/{version.id}/media/{item.sha256}"
            found.append((await town.get(path, **member)).status == 200)
    return found


async def picture(home: Home, **changes: Any) -> Alert:
    """Publish an alert with a picture of its own."""
    data = jpeg(64, 48 + 2 * len(home.authors))
    alert = await home.post(media=(media(data),), **changes)
    await home.put_media(alert.id, alert.media[0].sha256, data)
    return alert


def wish(alert: Alert) -> Takedown:
    return Takedown(alert=alert.id, sha256=alert.media[0].sha256)


async def test_what_is_hidden_is_nowhere_at_once_and_comes_back_with_reasons(
    nodes: tuple[Town, Town],
) -> None:
    town, _ = nodes
    author, reader = await town.home(), await town.home()
    first = await author.post(scope=Scope.PUBLIC, headline="A man with a ladder")
    data = jpeg()
    newer = author.version(first, media=(media(data),))
    post = author.signed(newer, token=await author.token())
    await author.send(post)
    await author.put_media(newer.id, newer.media[0].sha256, data)
    await decide(town, "approved")
    versions = (first, newer)
    assert all(await seen(town, reader, versions))
    day = await reader.reading_pass()
    async with reader.link.feed(REGION, None, day) as messages:
        await read(messages)
        await next_events(messages)
        ((_, vote),) = await dispute(town, first, times=1)
        (event,) = await next_events(messages)
        assert event.alert == newer
        await town.hub.desk.replies.vote(
            Vote(alert=vote.alert, kind=ReactionKind.THAT_WAS_ME, token=vote.token)
        )
        gone = [event async for event in _some(messages, 2)]
        assert all(isinstance(each, Withdrawn) for each in gone)
        assert {each.id for each in gone} == {first.id, newer.id}
        assert not any(await seen(town, reader, versions))
        await decide(town, "restored")
        back = [event async for event in _some(messages, 2)]
        assert {each.alert.id for each in back} == {first.id, newer.id}
    assert all(await seen(town, reader, versions))
    answer = await town.get(f"/api/alerts/{newer.id}/statements")
    assert [each["opened_by"] for each in (await answer.json())["statements"]] == [
        "rule",
        "dispute",
    ]


async def _some(messages: Any, number: int) -> Any:
    """Yield so many events, in however many messages they come."""
    while number > 0:
        for event in await next_events(messages):
            number -= 1
            yield event


async def test_what_a_steward_let_stand_is_not_voted_away_but_a_new_version_is(
    nodes: tuple[Town, Town],
) -> None:
    town, _ = nodes
    author = await town.home()
    alert = await author.post()
    voters = await dispute(town, alert)
    assert await standing(town, alert.id) == Standing.HIDDEN
    await decide(town, "restored")
    town.clock.advance(minutes=1)
    helpful, vote = voters[0]
    await helpful.link.send(
        "/api/votes",
        Vote(alert=alert.id, kind=ReactionKind.HELPFUL, token=vote.token),
    )
    for number in range(3):  # each looks the same; the third has been answered twice
        for home, again in voters:
            await home.link.send("/api/votes", again)
        assert await standing(town, alert.id) == Standing.SHOWN
        await decide(town, "approved", times=1 if number == 0 else 0)
        town.clock.advance(minutes=1)
    newer = await update(author, alert, text="It was somebody else")
    assert await standing(town, newer.id) == Standing.SHOWN
    town.clock.advance(minutes=1)
    for home, again in voters:
        await home.link.send("/api/votes", again)
    assert await standing(town, newer.id) == Standing.HIDDEN
    assert await standing(town, alert.id) == Standing.HIDDEN
    await decide(town, "upheld")
    assert await standing(town, alert.id) == Standing.REMOVED


async def test_a_picture_that_a_steward_let_stand_is_not_hidden_again(
    town: Town,
) -> None:
    author, desk = await town.home(), town.hub.desk
    alert = await picture(author)
    await decide(town, "approved")
    code, hidden = await desk.takedowns.ask(wish(alert))
    assert hidden
    await decide(town, "restored")
    assert (await desk.takedowns.state(code)).state == "shown"
    town.clock.advance(minutes=1)
    for looks in (1, 0):  # another look, and then it is answered
        code, hidden = await desk.takedowns.ask(wish(alert))
        assert not hidden
        assert await standing(town, alert.id) == Standing.SHOWN
        assert (await desk.takedowns.state(code)).state == "queued"
        await decide(town, "approved", times=looks)
        town.clock.advance(minutes=1)


async def test_what_a_steward_let_stand_stays_however_fast_it_was_asked_away(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tick(clock: Clock) -> datetime:
        clock.advance(milliseconds=1)
        return clock.at

    monkeypatch.setattr(Clock, "__call__", tick)
    author, desk = await town.home(), town.hub.desk
    alert = await picture(author)
    await decide(town, "approved")
    hidden = []
    for verdict in ("restored", "approved", ""):
        hidden.append((await desk.takedowns.ask(wish(alert)))[1])
        if verdict:
            await decide(town, verdict)
    assert hidden == [True, False, False]


async def test_who_asked_about_any_version_is_shown_to_stewards_and_then_forgotten(
    town: Town,
) -> None:
    author, takedowns = await town.home(), town.hub.desk.takedowns
    data = jpeg()
    alert = await author.post(media=(media(data),))
    await author.put_media(alert.id, alert.media[0].sha256, data)
    await decide(town, "approved")
    newer = await update(author, alert, text="A second man")
    await author.put_media(newer.id, newer.media[0].sha256, data)
    await decide(town, "approved")
    asked = [
        await takedowns.ask(msgspec.structs.replace(wish(each), contact=f"number {n}"))
        for n, each in enumerate((newer, alert))
    ]
    assert all(hidden for _, hidden in asked)
    (case,) = await town.hub.desk.moderation.queue()
    shown = [each.contact for each in await takedowns.asked(case.id)]
    assert sorted(shown) == ["number 0", "number 1"]
    await decide(town, "upheld")
    late = await takedowns.ask(msgspec.structs.replace(wish(alert), contact="late"))
    for code, _ in (*asked, late):
        state = await takedowns.state(code)
        assert (state.state, state.rule) == ("removed", "no names")
    async with town.hub.desk.database.read() as tx:
        assert set(await tx.scalars(select(TAKEDOWNS.c.contact))) == {""}


async def test_takedowns_hide_no_more_than_stewards_look_at(
    nodes: tuple[Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neighborcam.hub.hiding.UNSEEN_IN_REGION", 2)
    monkeypatch.setattr("neighborcam.hub.hiding.WAITING_IN_REGION", 3)
    town, other = nodes
    homes = [await town.home() for _ in range(2)]
    alerts = [await picture(home) for home in homes for _ in range(3)]
    await decide(town, "approved", times=6)
    asked = [
        await node.hub.desk.takedowns.ask(wish(alert))
        for node, alert in zip((town, other, town), alerts, strict=False)
    ]
    assert [hidden for _, hidden in asked] == [True, True, False]
    assert await standing(town, alerts[2].id) == Standing.SHOWN
    assert len(await town.hub.desk.moderation.queue()) == 3
    # Who asks about one that waits already is not sent away.
    await town.hub.desk.takedowns.ask(wish(alerts[2]))
    with pytest.raises(HubRefused) as problem:
        await homes[0].link.send("/api/takedowns", wish(alerts[3]))
    assert problem.value.code == "too_many"
    for case in (await town.hub.desk.moderation.queue())[:2]:
        await town.hub.desk.moderation.decide(
            case.id, "upheld", rule="r", fact="f", steward="ann"
        )
    assert (await town.hub.desk.takedowns.ask(wish(alerts[3])))[1]


async def test_takedowns_come_first_and_are_overdue_after_a_day(town: Town) -> None:
    author, flagger = await town.home(), await town.home()
    alert, other = await picture(author), await author.post()
    await decide(town, "approved")
    flag = Flag(subject=other.id, reason="a plate", token=await flagger.token("flag"))
    await flagger.link.send("/api/flags", flag)
    town.clock.advance(minutes=1)
    await town.hub.desk.takedowns.ask(wish(alert))
    first, second = await town.hub.desk.moderation.queue()
    assert (first.opened_by, second.opened_by) == ("takedown", "flag")
    assert second.due is None
    for hours, overdue in ((23, 0), (1, 1)):
        town.clock.advance(hours=hours)
        text = await (await town.get("/metrics")).text()
        assert f"neighborcam_hub_takedowns_overdue {overdue}.0" in text
    assert first.due == town.clock()


async def test_a_steward_holds_an_alert_and_not_what_takes_it_back(town: Town) -> None:
    ann, author = await Steward.appointed(town.hub, "ann"), await town.home()
    alert = await author.post()
    await ann.send(f"/api/steward/alerts/{alert.id}/hold", {"reason": "a name"})
    assert await standing(town, alert.id) == Standing.HIDDEN
    (case,) = await town.hub.desk.moderation.queue()
    assert (case.opened_by, case.reason) == ("flag", "a name")
    cancel = await author.cancel(alert)
    with pytest.raises(Refused, match="takes back"):
        await ann.send(f"/api/steward/alerts/{cancel.id}/hold", {"reason": "a name"})
    path = f"{town.url}/api/steward/alerts/{alert.id}/hold"
    async with town.session.post(path, json={"reason": "mine"}) as answer:
        assert answer.status in {400, 401}
    await ann.close()


async def test_an_author_appeals_a_decision_and_no_suspicion(town: Town) -> None:
    author = await town.home()
    alert = await author.post()
    await dispute(town, alert)
    reason = "It is so"
    sig = sign(author.authors[alert.id], "appeal", alert.id.encode() + reason.encode())
    appeal = town.hub.desk.moderation.appeal
    with pytest.raises(Conflict, match="only what a steward removed"):
        await appeal(alert.id, reason, sig)
    await decide(town, "upheld")
    await appeal(alert.id, reason, sig)


async def test_what_was_removed_in_two_versions_is_appealed_once_before_another(
    town: Town,
) -> None:
    ann, bob = [await Steward.appointed(town.hub, name) for name in ("ann", "bob")]
    author = await town.home()
    alert = await author.post()
    newer = await update(author, alert, text="Believe me")
    await dispute(town, newer)
    await decide(town, "upheld")
    key, appeal = author.authors[alert.id], town.hub.desk.moderation.appeal
    for version, error in ((alert, None), (newer, Conflict)):
        said = version.id.encode() + b"It is so"
        with pytest.raises(error) if error else contextlib.nullcontext():
            await appeal(version.id, "It is so", sign(key, "appeal", said))
    with pytest.raises(Conflict, match="another steward"):
        await decide(town, "restored")  # ann again, of the other version
    (case,) = await town.hub.desk.moderation.queue()
    await town.hub.desk.moderation.decide(
        case.id, "restored", rule="r", fact="f", steward="bob"
    )
    for version in (alert, newer):
        assert await standing(town, version.id) == Standing.SHOWN
    await ann.close()
    await bob.close()


async def test_no_picture_is_shown_that_came_after_a_steward_had_looked(
    town: Town,
) -> None:
    author = await town.home()
    data = jpeg()
    alert = await author.post(media=(media(data),))
    with pytest.raises(Conflict, match="has not come yet"):
        await decide(town, "approved")
    name = alert.media[0].sha256
    await author.put_media(alert.id, name, data)
    await decide(town, "approved")
    await author.put_media(alert.id, name, data)  # its answer may get lost
    town.clock.advance(days=8)
    await town.hub.retention.run_once()
    other = await author.post(
        media=(media(data),), expires=town.clock() + timedelta(days=20)
    )
    await author.put_media(other.id, name, data)
    await decide(town, "approved")
    town.clock.advance(days=8)
    await town.hub.retention.run_once()
    with pytest.raises(HubRefused) as problem:  # seven days are seven days
        await author.put_media(other.id, name, data)
    assert problem.value.code == "not_found"


async def test_a_flag_that_is_sent_again_makes_no_second_case(town: Town) -> None:
    author, home = await town.home(), await town.home()
    alert = await author.post()
    flag = Flag(subject=alert.id, reason="a plate", token=await home.token("flag"))
    await home.link.send("/api/flags", flag)
    await decide(town, "approved")
    await home.link.send("/api/flags", flag)
    assert await town.hub.desk.moderation.queue() == []


async def test_a_changed_automatic_alert_has_to_be_confirmed_anew(town: Town) -> None:
    author = await town.home()
    soon = town.clock().replace(microsecond=0)
    alert = await author.post(
        origin=Origin.AUTOMATION, expires=soon + timedelta(hours=1)
    )
    voters = [await town.home() for _ in range(2)]
    key = (await shown(town, author, alert.id)).vote_key
    tokens = [await each.vote(alert, ReactionKind.CONFIRM, key) for each in voters]
    assert (await shown(town, author, alert.id)).verified
    town.clock.advance(minutes=1)
    newer = await update(author, alert, text="And the whole street burns")
    assert not (await shown(town, author, newer.id)).verified
    for number, (home, token) in enumerate(zip(voters, tokens, strict=True)):
        vote = Vote(alert=newer.id, kind=ReactionKind.SEEN_TOO, token=token)
        await home.link.send("/api/votes", vote)
        assert (await shown(town, author, newer.id)).verified is bool(number)
