"""Updates and cancels: what is said to one version is said to the alert."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from demo.town_home import Home
from neighborcam.engine.errors import HubRefused
from neighborcam.hub.store.schema import ALERTS
from neighborcam.protocol.alerts import (
    Alert,
    Category,
    MsgType,
    ReactionKind,
    Scope,
)
from neighborcam.protocol.limits import VERSIONS
from neighborcam.protocol.standing import Standing
from tests.hub.clock import REGION
from tests.hub.conftest import Town
from tests.hub.test_alerts import refused, shown
from tests.hub.test_feed import next_events, read
from tests.hub.test_moderation import standing, waiting, with_picture


async def update(home: Home, alert: Alert, **changes: Any) -> Alert:
    made = home.version(alert, **changes)
    post = home.signed(made, token=await home.token())
    await home.send(post)
    return made


async def test_what_is_said_to_an_old_version_is_said_to_the_alert(
    nodes: tuple[Town, Town],
) -> None:
    town, _ = nodes
    author, voters = await town.home(), [await town.home() for _ in range(3)]
    alert = await author.post()
    key = (await shown(town, author, alert.id)).vote_key
    await voters[0].vote(alert, ReactionKind.HELPFUL, key)
    newer = await update(author, alert, text="Two engines are there")
    event = await shown(town, author, newer.id)
    assert event.vote_key == key
    # One vote for a household, of whichever version it asks.
    assert await refused(voters[0].vote(newer, ReactionKind.HELPFUL, key)) == (
        "quota_used"
    )
    await voters[1].vote(alert, ReactionKind.HELPFUL, key)
    await voters[2].vote(newer, ReactionKind.HELPFUL, key)
    await voters[0].comment(alert, "Seen it")
    last = await voters[1].comment(newer, "Me too")
    async with author.link.feed(REGION, None, await author.reading_pass()) as messages:
        await read(messages)
        *_, event = await next_events(messages)
    assert (event.alert, event.comments) == (newer, 2)
    assert event.reactions == {ReactionKind.HELPFUL: 3}
    assert event.seq == max([event.seq, (await shown(town, author, alert.id)).seq])
    for version in (alert, newer):
        found = await author.link.comments(version.id, await author.reading_pass())
        assert len(found) == 2
        assert last.id in {each.id for each in found}


async def test_disputes_do_not_stay_behind_when_the_author_changes_a_word(
    town: Town,
) -> None:
    author = await town.home()
    alert = await author.post()
    key = (await shown(town, author, alert.id)).vote_key
    for _ in range(2):
        await (await town.home()).vote(alert, ReactionKind.NOT_SO, key)
    newer = await update(author, alert, text="Really")
    await (await town.home()).vote(newer, ReactionKind.NOT_SO, key)
    assert await standing(town, newer.id) == Standing.HIDDEN


async def test_two_updates_at_once_have_an_order_that_all_see(
    nodes: tuple[Town, Town],
) -> None:
    one, two = nodes
    home = await one.home()
    alert = await home.post()
    posts = [
        home.signed(home.version(alert, text=text), token=await home.token())
        for text in ("first", "second")
    ]
    await asyncio.gather(
        *(
            town.hub.desk.alerts.publish(post)
            for town, post in zip((one, two), posts, strict=True)
        )
    )
    moments = {
        (await shown(one, home, id_)).published
        for id_ in (alert.id, *(each.alert.id for each in posts))
    }
    assert len(moments) == 3


async def test_nothing_comes_after_a_cancel_and_it_comes_once(town: Town) -> None:
    home = await town.home()
    alert = await home.post()
    cancel = await home.cancel(alert)
    await home.send(home.signed(cancel))  # the same again is fine
    another = home.version(alert, msg_type=MsgType.CANCEL, text="And another thing")
    assert await refused(home.send(home.signed(another))) == ("conflict")
    assert await refused(update(home, alert, text="It is back")) == "conflict"


async def test_what_was_changed_most_often_can_still_be_taken_back(town: Town) -> None:
    homes = [await town.home() for _ in range(7)]
    author = homes[0]
    alert = await author.post()
    tokens = [await home.token() for home in homes for _ in range(3 - (home is author))]
    for number in range(VERSIONS - 2):
        made = author.version(alert, text=f"{number}")
        await author.send(author.signed(made, token=tokens.pop()))
    more = author.signed(author.version(alert, text="more"), token=tokens.pop())
    assert await refused(author.send(more)) == "conflict"
    await author.cancel(alert)


async def test_a_cancel_outlives_the_version_that_lives_longest(
    nodes: tuple[Town, Town],
) -> None:
    town, _ = nodes
    home = await town.home()
    alert = await home.post(scope=Scope.REGION)  # for three hours
    later = town.clock() + timedelta(hours=9)
    newer = await update(home, alert, expires=later, scope=Scope.HUB)
    town.clock.advance(hours=4)
    await town.hub.retention.run_once()  # what is over goes with all of its versions
    short = home.version(
        newer, msg_type=MsgType.CANCEL, expires=later - timedelta(hours=1)
    )
    narrow = home.version(newer, msg_type=MsgType.CANCEL, scope=Scope.REGION)
    for wrong, field in ((short, "expires"), (narrow, "scope")):
        with pytest.raises(HubRefused) as problem:
            await home.send(home.signed(wrong))
        assert problem.value.field == field
    cancel = await home.cancel(newer)
    assert (await shown(town, home, cancel.id)).alert == cancel
    town.clock.advance(hours=6)
    late = home.version(
        newer, msg_type=MsgType.CANCEL, expires=town.clock() + timedelta(days=9)
    )
    # Over is over, whether it was swept away or not yet.
    assert await refused(home.send(home.signed(late))) == "not_found"
    await town.hub.retention.run_once()
    async with town.hub.desk.database.read() as tx:
        assert list(await tx.execute(ALERTS.select())) == []


async def test_an_old_alert_is_taken_back_and_versions_do_not_prolong_its_life(
    town: Town,
) -> None:
    home = await town.home()
    alert = await home.post(expires=town.clock() + timedelta(days=29))
    town.clock.advance(days=20)
    with pytest.raises(HubRefused) as problem:
        await update(home, alert, expires=town.clock() + timedelta(days=29))
    assert problem.value.field == "expires"
    cancel = await home.cancel(alert)
    assert (await shown(town, home, cancel.id)).alert == cancel


async def test_what_nobody_saw_is_taken_back_without_a_word(town: Town) -> None:
    home = await town.home()
    alert = await home.post(category=Category.MISSING_PERSON)
    await waiting(town)
    cancel = await home.cancel(alert)
    assert await town.hub.desk.moderation.queue() == []
    for version in (alert, cancel):
        assert await standing(town, version.id) == Standing.GONE
        assert await shown(town, home, version.id) is None


async def test_a_cancel_of_what_was_hidden_reaches_all_who_saw_it(town: Town) -> None:
    author = await town.home()
    alert = await author.post()
    key = (await shown(town, author, alert.id)).vote_key
    voters = [await town.home() for _ in range(3)]
    for each in voters:
        await each.vote(alert, ReactionKind.NOT_SO, key)
    assert await standing(town, alert.id) == Standing.HIDDEN
    cancel = await author.cancel(alert)
    assert (await shown(town, voters[0], cancel.id)).alert == cancel


async def test_what_takes_back_cannot_be_voted_away(town: Town) -> None:
    author = await town.home()
    alert = await author.post()
    key = (await shown(town, author, alert.id)).vote_key
    cancel = await author.cancel(alert)
    for version in (alert, cancel, cancel):
        await (await town.home()).vote(version, ReactionKind.NOT_SO, key)
    event = await shown(town, author, cancel.id)
    assert event.alert == cancel
    assert event.reactions == {ReactionKind.NOT_SO: 3}
    assert await town.hub.desk.moderation.queue() == []  # nothing is left to look at


async def test_what_is_changed_while_it_is_hidden_waits_for_a_steward(
    town: Town,
) -> None:
    author = await town.home()
    alert = await author.post()
    key = (await shown(town, author, alert.id)).vote_key
    for _ in range(3):
        await (await town.home()).vote(alert, ReactionKind.NOT_SO, key)
    newer = await update(author, alert, text="Now without the name")
    assert await standing(town, newer.id) == Standing.REVIEW


async def test_the_picture_of_an_old_version_is_served_no_more(town: Town) -> None:
    home = await town.home()
    alert = await with_picture(home)
    name, day = alert.media[0].sha256, await home.reading_pass()
    case = await waiting(town)
    await town.hub.desk.moderation.decide(
        case.id, "approved", rule="r", fact="f", steward="ann"
    )
    assert await home.link.get_media(alert.id, name, day)
    await update(home, alert, media=(), text="Without the picture")
    assert await refused(home.link.get_media(alert.id, name, day)) == "not_found"
    await town.hub.retention.run_once()
    assert await town.hub.blobs.names() == []


async def test_a_flood_does_not_keep_anybody_from_taking_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neighborcam.hub.alerts.POSTS_IN_REGION", 2)
    home, other = await town.home(), await town.home()
    alert, _ = await home.post(), await other.post()
    assert await refused(other.post()) == "too_many"
    await home.cancel(alert)
    town.clock.advance(hours=1)
    await other.post()


async def test_an_update_whose_first_version_still_waits_has_its_document(
    town: Town,
) -> None:
    home, moderation = await town.home(), town.hub.desk.moderation
    first = await home.post(category=Category.MISSING_PERSON, scope=Scope.PUBLIC)
    newer = await update(home, first, text="In a red coat")
    for case in await moderation.queue():
        if case.alert == newer:
            await moderation.decide(
                case.id, "approved", rule="r", fact="f", steward="ann"
            )
    for path in ("alerts.atom", f"{newer.id}.cap"):
        answer = await town.get(f"/feeds/{path}")
        assert answer.status == 200
        text = await answer.text()
        assert newer.id in text
        assert "<references>" not in text
    assert (await town.get(f"/feeds/{first.id}.cap")).status == 404
