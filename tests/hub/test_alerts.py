import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from demo.town_home import Home, new_id
from neighborcam.engine.errors import HubRefused
from neighborcam.hub import alerts
from neighborcam.hub.token_keys import make_key
from neighborcam.protocol.alerts import (
    Category,
    Media,
    MsgType,
    Origin,
    ReactionKind,
    Scope,
    Vote,
)
from neighborcam.protocol.feed import Published, Withdrawn
from neighborcam.protocol.standing import Standing
from tests.hub.clock import REGION
from tests.hub.conftest import Town


async def refused(awaitable: Any) -> str:
    with pytest.raises(HubRefused) as problem:
        await awaitable
    return problem.value.code


async def shown(town: Town, home: Home, alert: str) -> Any:
    answer = await town.get(
        f"/api/alerts/{alert}", Authorization=f"Pass {await home.reading_pass()}"
    )
    return (
        msgspec.json.decode(await answer.read(), type=Published | Withdrawn)
        if answer.ok
        else None
    )


async def test_what_one_home_posts_another_reads(town: Town) -> None:
    one, other = await town.home(), await town.home()
    alert = await one.post(text="at the gate")
    event = await shown(town, other, alert.id)
    assert event.alert == alert
    assert event.published == town.clock()
    assert not event.verified


async def test_without_the_pass_only_public_alerts_are_read(town: Town) -> None:
    home = await town.home()
    mine = await home.post()
    public = await home.post(scope=Scope.PUBLIC)
    assert (await town.get(f"/api/alerts/{mine.id}")).status == 404
    assert (await town.get(f"/api/alerts/{public.id}")).status == 200
    assert (await town.get(f"/api/alerts?region={REGION}")).status == 401
    wrong = await town.get(f"/api/alerts/{public.id}", Authorization="Pass nonsense")
    assert wrong.status == 401


async def test_the_same_post_twice_is_one_alert_and_one_token(town: Town) -> None:
    home = await town.home()
    post = home.signed(home.alert(), token=await home.token())
    await asyncio.gather(*(home.send(post) for _ in range(3)), return_exceptions=True)
    await home.send(post)
    async with town.session.get(
        f"{town.url}/api/alerts?region={REGION}",
        headers={"Authorization": f"Pass {await home.reading_pass()}"},
    ) as answer:
        assert len((await answer.json())["alerts"]) == 1


async def test_another_alert_under_a_known_id_is_refused(town: Town) -> None:
    home = await town.home()
    alert = await home.post()
    forged = msgspec.structs.replace(alert, headline="Something else")
    post = home.signed(forged, token=await home.token())
    assert await refused(home.send(post)) == "id_taken"


async def test_a_token_pays_once(town: Town) -> None:
    home = await town.home()
    token = await home.token()
    await home.send(home.signed(home.alert(), token=token))
    again = home.signed(home.alert(), token=token)
    assert await refused(home.send(again)) == "token_spent"


async def test_tokens_of_another_purpose_day_or_hub_are_refused(town: Town) -> None:
    home = await town.home()
    send = home.link.send
    comment = home.signed(home.alert(), token=await home.token("comment"))
    assert await refused(send("/api/alerts", comment)) == "wrong_token"
    old = await home.token()
    town.clock.advance(days=2)
    await home.token()
    post = home.signed(home.alert(), token=old)
    assert await refused(send("/api/alerts", post)) == "wrong_token"
    forged = msgspec.structs.replace(await home.token(), signature=bytes(256))
    post = home.signed(home.alert(), token=forged)
    assert await refused(send("/api/alerts", post)) == "wrong_token"
    assert (
        await refused(send("/api/alerts", home.signed(home.alert()))) == "wrong_token"
    )


async def test_no_key_is_made_for_what_is_not_paid(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await town.home()
    spent, kept = await home.token(), await home.token()
    await home.send(home.signed(home.alert(), token=spent))
    forged = msgspec.structs.replace(kept, signature=bytes(256))
    made = []

    def counted() -> Any:
        made.append(1)
        return make_key()

    monkeypatch.setattr(alerts, "make_key", counted)
    for token, code in (
        (None, "wrong_token"),
        (forged, "wrong_token"),
        (spent, "token_spent"),
    ):
        post = home.signed(home.alert(), token=token)
        assert await refused(home.send(post)) == code
    assert made == []
    await home.send(home.signed(home.alert(), token=kept))
    assert made == [1]


async def test_a_token_of_yesterday_is_good(town: Town) -> None:
    home = await town.home()
    token = await home.token()
    town.clock.advance(hours=10)
    await home.send(home.signed(home.alert(), token=token))


async def test_a_household_posts_three_times_a_day(town: Town) -> None:
    home = await town.home()
    for _ in range(3):
        await home.post()
    assert await refused(home.token()) == "quota_used"
    town.clock.advance(days=1)
    await home.post()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cell": "891f1d48863ffff"}, "outside_limits"),
        ({"expires": timedelta(days=31)}, "outside_limits"),
        ({"expires": timedelta(seconds=-1)}, "outside_limits"),
        ({"headline": "bell\x07"}, "outside_limits"),
        ({"origin": Origin.AUTOMATION, "category": Category.THEFT}, "outside_limits"),
        ({"headline": "x" * 81}, "invalid_message"),
        ({"id": "short"}, "invalid_message"),
    ],
)
async def test_what_may_not_be_sent_is_refused_and_costs_nothing(
    town: Town, changes: dict[str, Any], code: str
) -> None:
    home = await town.home()
    if isinstance(lasts := changes.get("expires"), timedelta):
        changes = {"expires": town.clock() + lasts}
    token = await home.token()
    post = home.signed(home.alert(**changes), token=token)
    assert await refused(home.send(post)) == code
    await home.send(home.signed(home.alert(), token=token))


async def test_a_forged_signature_is_refused(town: Town) -> None:
    home = await town.home()
    post = home.signed(home.alert(), token=await home.token())
    forged = msgspec.structs.replace(post, sig=bytes(64))
    assert await refused(home.send(forged)) == "bad_signature"


async def test_only_the_author_updates_and_cancels(town: Town) -> None:
    author, other = await town.home(), await town.home()
    alert = await author.post()
    update = author.version(alert, text="The fire is out")
    token = await author.token()
    await author.send(author.signed(update, token=token))
    stolen = other.version(alert, author_key=other.alert().author_key)
    other.authors[alert.id] = next(iter(other.authors.values()))
    post = other.signed(stolen, token=await other.token())
    assert await refused(other.send(post)) == "wrong_author"
    cancel = await author.cancel(alert)
    event = await shown(town, other, cancel.id)
    assert event.alert.msg_type is MsgType.CANCEL


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scope": Scope.REGION}, "scope"),
        ({"cell": "881f1d4885fffff"}, "cell"),
        ({"expires": timedelta(hours=1)}, "expires"),
    ],
)
async def test_a_cancel_reaches_all_whom_the_alert_reached(
    town: Town, changes: dict[str, Any], field: str
) -> None:
    home = await town.home()
    alert = await home.post(scope=Scope.HUB)
    if field == "expires":
        changes = {"expires": town.clock() + timedelta(hours=1)}
    cancel = home.version(alert, msg_type=MsgType.CANCEL, **changes)
    with pytest.raises(HubRefused) as problem:
        await home.send(home.signed(cancel))
    assert problem.value.field == field


async def test_a_version_of_nothing_is_refused(town: Town) -> None:
    home = await town.home()
    alert = home.alert()
    cancel = home.version(alert, msg_type=MsgType.CANCEL)
    assert await refused(home.send(home.signed(cancel))) == ("not_found")


async def test_counts_are_shown_from_three_households_up(town: Town) -> None:
    author = await town.home()
    alert = await author.post()
    key = (await shown(town, author, alert.id)).vote_key
    for number in range(1, 4):
        home = await town.home()
        await home.vote(alert, ReactionKind.HELPFUL, key)
        event = await shown(town, author, alert.id)
        expected = {ReactionKind.HELPFUL: number} if number == 3 else {}
        assert event.reactions == expected


async def test_a_household_votes_once_and_may_change_its_mind(town: Town) -> None:
    author, home = await town.home(), await town.home()
    alert = await author.post()
    key = (await shown(town, author, alert.id)).vote_key
    token = await home.vote(alert, ReactionKind.HELPFUL, key)
    assert await refused(home.vote(alert, ReactionKind.HELPFUL, key)) == "quota_used"
    await home.link.send(
        "/api/votes", Vote(alert=alert.id, kind=ReactionKind.NOT_SO, token=token)
    )
    for _ in range(2):
        another = await town.home()
        await another.vote(alert, ReactionKind.NOT_SO, key)
    event = await shown(town, author, alert.id)
    assert event.standing is Standing.HIDDEN


async def test_two_who_confirm_within_ten_minutes_verify(town: Town) -> None:
    author = await town.home()
    soon, late = await author.post(), await author.post()
    for alert, wait in ((soon, 4), (late, 11)):
        key = (await shown(town, author, alert.id)).vote_key
        for kind in (ReactionKind.CONFIRM, ReactionKind.SEEN_TOO):
            home = await town.home()
            await home.vote(alert, kind, key)
            town.clock.advance(minutes=wait)
    assert (await shown(town, author, soon.id)).verified
    assert not (await shown(town, author, late.id)).verified


async def test_a_vote_of_another_alert_is_worth_nothing(town: Town) -> None:
    home = await town.home()
    one, other = await home.post(), await home.post()
    key = (await shown(town, home, one.id)).vote_key
    token = await home.vote_token(one.id, key)
    vote = Vote(alert=other.id, kind=ReactionKind.CONFIRM, token=token)
    assert await refused(home.link.send("/api/votes", vote)) == "wrong_token"


async def test_comments_are_read_in_order_and_counted(town: Town) -> None:
    home = await town.home()
    alert = await home.post()
    for text in ("first", "second"):
        await home.comment(alert, text)
        town.clock.advance(seconds=1)
    found = await home.link.comments(alert.id, await home.reading_pass())
    assert [each.text for each in found] == ["first", "second"]
    assert (await shown(town, home, alert.id)).comments == 2


async def test_pictures_and_missing_people_wait_for_a_steward(town: Town) -> None:
    home = await town.home()
    item = Media(sha256="a" * 64, kind="picture", bytes=10, redaction=())
    for changes in ({"media": (item,)}, {"category": Category.MISSING_PERSON}):
        alert = await home.post(**changes)
        assert await shown(town, home, alert.id) is None
    assert len(await town.hub.desk.moderation.queue()) == 2


async def test_a_flood_of_alerts_is_stopped_in_its_region(town: Town) -> None:
    homes = [await town.home() for _ in range(41)]
    codes = set()
    for home in homes:
        for _ in range(3):
            try:
                await home.post()
            except HubRefused as problem:
                codes.add(problem.code)
    assert codes == {"too_many"}


async def test_ids_are_not_guessed_and_unknown_ones_are_not_found(town: Town) -> None:
    home = await town.home()
    assert await shown(town, home, new_id()) is None
    assert (await town.get("/api/alerts/1")).status == 404


async def test_a_body_without_end_is_cut_off(town: Town) -> None:
    async with town.session.post(
        f"{town.url}/api/alerts", data=b"{" * 300_000
    ) as answer:
        assert answer.status == 413


async def test_no_member_speaks_as_an_agency(town: Town) -> None:
    home = await town.home()
    alert = home.alert(origin=Origin.AGENCY, agency="a" * 32, scope=Scope.PUBLIC)
    post = home.signed(alert, token=await home.token())
    assert await refused(home.send(post)) == "not_allowed"
