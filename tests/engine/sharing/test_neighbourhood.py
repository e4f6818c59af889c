"""Homes share through a real hub: join, write, hear, take back, leave."""

from datetime import UTC, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select

from demo.town_home import CELL
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import (
    Conflict,
    HubMisbehaves,
    InvalidInput,
    NotFound,
)
from neighborcam.engine.neighbours import (
    AlertView,
    Category,
    Change,
    PictureOrder,
    Preferences,
    Reaction,
)
from neighborcam.engine.sharing.joining import seed_for
from neighborcam.hub.store.schema import ALERTS
from neighborcam.protocol.invites import link_of, parse_link
from neighborcam.protocol.note_keys import LogKey
from tests.engine.sharing.shared_home import (
    DRAFT,
    PLACE,
    House,
    Make,
    link_for,
    sent,
    until,
)
from tests.hub.conftest import Town


async def test_a_fresh_home_shares_nothing_and_opens_no_connection(
    town: Town,
    tmp_path: Path,
) -> None:
    fresh = House(tmp_path / "fresh", town)
    await fresh.sharing.start()
    assert fresh.sharing.view().state == "off"
    assert fresh.sharing.alerts() == ()
    with pytest.raises(Conflict):
        fresh.sharing.preview(DRAFT)
    with pytest.raises(Conflict):
        await fresh.sharing.publish(DRAFT)
    assert town.hub.desk.sockets == set()
    await fresh.close()


async def test_what_one_home_writes_the_other_hears(house: Make) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    (heard,) = other.heard("received")
    assert isinstance(heard, AlertView)
    assert (heard.id, heard.headline, heard.mine) == (view.id, view.headline, False)
    await until(lambda: bool(one.heard("received")))
    assert one.sharing.alerts()[0].mine
    await sent(one)
    (line,) = one.sharing.diary()
    assert (line.kind, line.summary, line.state) == ("alert", view.headline, "sent")


async def test_a_preview_sends_nothing(house: Make) -> None:
    one = await house("one")
    preview = one.sharing.preview(DRAFT)
    assert preview.alert.headline == DRAFT.headline
    assert one.sharing.diary() == []
    assert preview.alert.expires - preview.alert.onset > timedelta(hours=23)
    assert (preview.area.cell, preview.area.km2) == (CELL, 0.66)
    assert len(preview.area.corners) == 6
    assert preview.advice == ()


async def test_a_preview_is_of_when_it_happened(house: Make) -> None:
    one = await house("one")
    began = one.town.clock() - timedelta(hours=3)
    draft = msgspec.structs.replace(
        DRAFT, onset=began.astimezone(ZoneInfo("Asia/Tokyo"))
    )
    alert = one.sharing.preview(draft).alert
    assert timedelta(0) <= began - alert.onset < timedelta(minutes=15)
    assert alert.onset.tzinfo is UTC
    with pytest.raises(InvalidInput, match="longer ago than 7 days"):
        one.sharing.preview(
            msgspec.structs.replace(DRAFT, onset=began - timedelta(days=7))
        )


async def test_a_preview_says_what_a_steward_would_look_at(house: Make) -> None:
    one = await house("one")
    draft = msgspec.structs.replace(DRAFT, text="Reward! Call 030 1234567 now")
    found = {each.concern for each in one.sharing.preview(draft).advice}
    assert found == {"reward", "contact"}


async def test_what_leaves_has_no_place_finer_than_a_cell(
    house: Make,
    town: Town,
) -> None:
    one = await house("one")
    await one.sharing.publish(DRAFT)
    await sent(one)
    async with town.hub.desk.database.read() as tx:
        bodies = list(await tx.scalars(select(ALERTS.c.body)))
    everything = b"".join(bodies)
    assert b"52.51" not in everything
    assert b"13.37" not in everything
    database = (town.hub.desk.settings.data_dir / "hub.sqlite").read_bytes()
    assert b"52.5172" not in database


async def test_taking_back_reaches_whoever_heard_it(house: Make) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    with pytest.raises(NotFound):
        await other.sharing.cancel(view.id)
    # Even a home that wants to hear nothing hears that it was none.
    other.sharing.prefer(Preferences(muted=(Category.GAS,), radius_m=30_000))
    await one.sharing.cancel(view.id)
    await until(lambda: len(other.heard("received")) == 2)
    cancel = other.heard("received")[1]
    assert (cancel.msg_type, cancel.references) == ("cancel", (view.id,))
    assert cancel.expires == view.expires


async def test_its_author_says_more_and_that_it_is_over(
    house: Make, town: Town
) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    town.clock.advance(seconds=1)
    with pytest.raises(NotFound):
        await other.sharing.update(view.id, Change(text="Not mine to change"))
    more = await one.sharing.update(view.id, Change(text="It was the stove. "))
    await until(lambda: other.sharing.alerts()[0].id == more.id)
    town.clock.advance(seconds=1)
    over = await one.sharing.update(more.id, Change(urgency="past"))
    await until(lambda: other.sharing.alerts()[0].urgency == "past")
    (heard,) = other.sharing.alerts()
    assert (heard.id, heard.msg_type, heard.references) == (
        over.id,
        "update",
        (view.id,),
    )
    assert (heard.headline, heard.text) == (DRAFT.headline, "It was the stove.")
    assert {(e.kind, e.about) for e in one.sharing.diary()} == {
        ("alert", view.id),
        ("update", view.id),
    }
    await one.sharing.cancel(over.id)
    await until(lambda: other.sharing.alerts()[0].msg_type == "cancel")
    with pytest.raises(Conflict, match="taken back"):
        await one.sharing.update(over.id, Change(text="More"))


async def test_words_and_reactions_go_back_and_forth(house: Make) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    await until(lambda: view.id in other.store.vote_tokens())
    await other.sharing.comment(view.id, "I see it too")
    await other.sharing.react(view.id, Reaction.CONFIRM)
    await sent(other)
    assert other.sharing.alerts()[0].reaction is Reaction.CONFIRM
    (line,) = await one.sharing.comments(view.id)
    assert (line.text, line.mine) == ("I see it too", False)
    await until(lambda: bool(one.heard("changed")))
    await other.sharing.react(view.id, Reaction.NOT_SO)
    await sent(other)
    with pytest.raises(NotFound):
        await one.sharing.comment("0" * 32, "nowhere")


async def test_a_home_that_was_away_hears_what_it_missed(house: Make) -> None:
    one, other = await house("one"), await house("other")
    await other.sharing.stop()
    await one.sharing.publish(DRAFT)
    await sent(one)
    await other.restart()
    await until(lambda: len(other.sharing.alerts()) == 1)


async def test_automatic_alerts_keep_to_their_list_and_number(house: Make) -> None:
    one = await house("one")
    automatic = msgspec.structs.replace(DRAFT, automatic=True)
    theft = msgspec.structs.replace(automatic, category=Category.THEFT)
    with pytest.raises(InvalidInput, match="person"):
        await one.sharing.publish(theft)
    view = await one.sharing.publish(automatic)
    assert view.origin == "automation"
    assert view.expires - view.onset < timedelta(hours=2, minutes=16)
    await one.sharing.publish(automatic)
    with pytest.raises(Conflict, match="a person can still write one"):
        await one.sharing.publish(automatic)
    await one.sharing.publish(DRAFT)  # as it was said


async def test_a_fourth_alert_of_the_day_says_when_there_are_more(house: Make) -> None:
    one = await house("one")
    for _ in range(3):
        await one.sharing.publish(DRAFT)
    with pytest.raises(Conflict, match="midnight"):
        await one.sharing.publish(DRAFT)


async def test_an_invite_that_is_none_is_refused_before_anything_is_sent(
    town: Town,
    tmp_path: Path,
) -> None:
    home = House(tmp_path / "home", town)
    with pytest.raises(InvalidInput, match="invite"):
        await home.sharing.join("https://hub.example/join", *PLACE)
    link = parse_link(await link_for(town))
    another = LogKey(name="localhost:1", public_key=bytes(32)).vkey
    lie = link_of(msgspec.structs.replace(link, log=another))
    with pytest.raises(HubMisbehaves):
        await home.sharing.join(lie, *PLACE)
    assert home.sharing.view().state == "off"
    await home.close()


async def test_joining_again_after_a_lost_answer_gives_the_same_household(
    town: Town,
    tmp_path: Path,
) -> None:
    home = House(tmp_path / "home", town)
    link = await link_for(town)
    seed = seed_for(home.store, parse_link(link).code)
    assert seed_for(home.store, parse_link(link).code) == seed
    await home.sharing.join(link, *PLACE)
    with pytest.raises(Conflict):
        await home.sharing.join(link, *PLACE)
    await home.close()


async def test_a_redacted_picture_is_looked_at_sent_reviewed_and_seen(
    house: Make, town: Town
) -> None:
    one, other = await house("one"), await house("other")
    start = town.clock()
    order = PictureOrder(
        camera=CameraId("yard"),
        read_from=start,
        read_until=start + timedelta(seconds=5),
        shown_from=start + timedelta(seconds=2),
    )
    picture = await one.sharing.make(order)
    draft = msgspec.structs.replace(DRAFT, pictures=(picture.id,))
    with pytest.raises(Conflict, match="look at each picture"):
        await one.sharing.publish(draft)
    assert one.sharing.diary() == []
    shown = one.sharing.made(picture.id)
    assert (picture.size_bytes, picture.redaction) == (len(shown), ("moving", "audio"))
    preview = one.sharing.preview(draft)
    assert [each.id for each in preview.alert.media] == [picture.id]
    assert preview.pictures == (picture,)
    assert one.sharing.diary() == []
    view = await one.sharing.publish(draft)
    await sent(one)
    assert [line.kind for line in one.sharing.diary()] == ["picture", "alert"]
    (case,) = await town.hub.desk.moderation.queue()
    assert other.heard("received") == []
    await town.hub.desk.moderation.decide(
        case.id, "approved", rule="fine", fact="nobody is seen", steward="ann"
    )
    await until(lambda: bool(other.heard("received")))
    (media,) = other.heard("received")[0].media
    async with town.hub.desk.database.read() as tx:
        body: bytes = await tx.scalar(select(ALERTS.c.body)) or b""
    assert sha256(shown).hexdigest().encode() in body  # these very bytes
    served = await other.sharing.media(view.id, media.id)
    assert served.startswith(b"\xff\xd8")


async def test_an_author_reads_why_an_alert_is_away_and_appeals(
    house: Make, town: Town
) -> None:
    one, moderation = await house("one"), town.hub.desk.moderation
    draft = msgspec.structs.replace(DRAFT, category=Category.MISSING_PERSON)
    view = await one.sharing.publish(draft)
    await sent(one)
    assert one.sharing.own_alerts()[0].state == "review"
    (case,) = await moderation.queue()
    why = {"rule": "no private data", "fact": "a name", "steward": "ann"}
    await moderation.decide(case.id, "refused", **why)
    await until(lambda: one.sharing.own_alerts()[0].state == "hidden")
    (own,) = one.sharing.own_alerts()
    assert (own.id, own.headline) == (view.id, draft.headline)
    (statement,) = await one.sharing.statements(view.id)
    assert (statement.decision, statement.rule) == ("refused", "no private data")
    one.sharing.appeal(view.id, "It is my own name")
    await sent(one)
    (case,) = await moderation.queue()
    assert (case.opened_by, case.reason) == ("appeal", "It is my own name")
    assert one.sharing.diary()[0].kind == "appeal"
    await moderation.decide(case.id, "restored", **why)
    await until(lambda: one.sharing.own_alerts()[0].state == "shown")
    with pytest.raises(NotFound):
        one.sharing.appeal("0" * 32, "not mine")


async def test_a_comment_or_report_that_a_hub_would_refuse_never_waits(
    house: Make,
) -> None:
    one, other = await house("one"), await house("other")
    alert = await one.sharing.publish(DRAFT)
    await sent(one)
    await until(lambda: len(other.sharing.alerts()) == 1)
    for text in ("   ", "left\u202eright", "a\x00b"):
        with pytest.raises(InvalidInput, match="text: "):
            await other.sharing.comment(alert.id, text)
    with pytest.raises(InvalidInput, match="reason: "):
        await other.sharing.flag(alert.id, None, "  ")
    assert other.sharing.diary() == []
