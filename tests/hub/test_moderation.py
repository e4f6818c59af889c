"""Cases, decisions, appeals, takedowns, envelopes: what stewards can do, and cannot."""

import io
from datetime import timedelta
from hashlib import sha256
from typing import Any

import av
import cv2
import msgspec
import numpy as np
import pytest
from sqlalchemy import func, insert, select

from demo.town_home import Home, new_id
from neighborcam.engine.errors import HubRefused
from neighborcam.hub.errors import Conflict, NotFound
from neighborcam.hub.moderation import Case
from neighborcam.hub.store.schema import (
    ALERTS,
    ENVELOPES,
    STEWARDS,
    TAKEDOWNS,
)
from neighborcam.protocol.age_keys import ClassicIdentity
from neighborcam.protocol.alerts import Category, Flag, Media, Scope, Takedown
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.entries import Decision
from neighborcam.protocol.envelopes import close
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.feed import Published, Withdrawn
from neighborcam.protocol.signing import sign
from neighborcam.protocol.standing import Standing
from tests.hub.conftest import Town

KEYS = [ClassicIdentity(bytes([n]) * 32) for n in (1, 2, 3)]


async def stewards(town: Town, *names: str) -> None:
    """Appoint stewards without passkeys: tests/web/test_hub_page.py proves those."""
    async with town.hub.desk.database.write() as tx:
        for position, name in enumerate(names, 1):
            await tx.execute(
                insert(STEWARDS).values(
                    name=name,
                    credential=name.encode(),
                    public_key=b"",
                    sign_count=0,
                    recipient=str(KEYS[position - 1].recipient),
                    position=position,
                )
            )


def jpeg(width: int = 64, height: int = 48) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


def media(data: bytes, **changes: Any) -> Media:
    made = Media(
        sha256=sha256(data).hexdigest(), kind="picture", bytes=len(data), redaction=()
    )
    return msgspec.structs.replace(made, **changes)


async def waiting(town: Town) -> Case:
    (case,) = await town.hub.desk.moderation.queue()
    return case


async def decide(town: Town, verdict: Any, steward: str = "ann") -> None:
    await town.hub.desk.moderation.decide(
        (await waiting(town)).id,
        verdict,
        rule="no faces",
        fact="a face is seen",
        steward=steward,
    )


async def standing(town: Town, alert: str) -> str:
    async with town.hub.desk.database.read() as tx:
        query = select(ALERTS.c.standing).where(ALERTS.c.id == alert)
        return str(await tx.scalar(query))


async def with_picture(home: Home, data: bytes | None = None) -> Any:
    data = data or jpeg()
    alert = await home.post(media=(media(data),))
    await home.put_media(alert.id, alert.media[0].sha256, data)
    return alert


async def test_a_picture_is_seen_after_a_steward_said_yes(town: Town) -> None:
    home = await town.home()
    alert = await with_picture(home)
    name, day = alert.media[0].sha256, await home.reading_pass()
    with pytest.raises(HubRefused):
        await home.link.get_media(alert.id, name, day)
    case = await waiting(town)
    assert (case.alert, case.verdicts) == (alert, ("approved", "refused"))
    await decide(town, "approved")
    served = await home.link.get_media(alert.id, name, day)
    assert served.startswith(b"\xff\xd8")
    assert sha256(served).hexdigest() != name  # encoded anew
    event = await town.hub.desk.alerts.get(alert.id)
    assert isinstance(event, Published)
    assert event.media[0].bytes == len(served)
    assert await town.hub.desk.moderation.queue() == []
    assert (await town.get(f"/api/alerts/{alert.id}/media/{name}")).status == 404


async def test_a_decision_is_public_with_its_reasons_and_without_the_post(
    town: Town,
) -> None:
    home = await town.home()
    await home.post(category=Category.MISSING_PERSON, headline="Very private")
    await decide(town, "refused")
    entries = await town.hub.desk.log.entries(0, 1000)
    decisions = [
        msgspec.json.decode(each, type=Decision) for each in entries if b"rule" in each
    ]
    assert [(d.decision, d.rule, d.fact, d.steward) for d in decisions] == [
        ("refused", "no faces", "a face is seen", "ann")
    ]
    assert b"private" not in b"".join(entries)


async def test_a_case_is_decided_once_and_only_as_its_state_allows(town: Town) -> None:
    home = await town.home()
    await home.post(category=Category.MISSING_PERSON)
    with pytest.raises(Conflict):
        await decide(town, "restored")
    case = await waiting(town)
    await decide(town, "approved")
    with pytest.raises(Conflict):
        await town.hub.desk.moderation.decide(
            case.id, "refused", rule="r", fact="f", steward="bob"
        )
    with pytest.raises(NotFound):
        await town.hub.desk.moderation.decide(
            new_id(), "refused", rule="r", fact="f", steward="bob"
        )


async def test_who_is_filmed_has_it_hidden_at_once_without_an_account(
    town: Town,
) -> None:
    home = await town.home()
    alert = await with_picture(home)
    await decide(town, "approved")
    wish = Takedown(alert=alert.id, sha256=alert.media[0].sha256)
    code = (await asked(town, "takedowns", encode(wish)))["code"]
    assert isinstance(await town.hub.desk.alerts.get(alert.id), Withdrawn)
    with pytest.raises(HubRefused):
        await home.link.get_media(
            alert.id, alert.media[0].sha256, await home.reading_pass()
        )
    await decide(town, "upheld")
    assert await standing(town, alert.id) == Standing.REMOVED
    state = await asked(town, "takedown-states", {"code": code})
    assert (state["state"], state["may_appeal"]) == ("removed", False)
    wrong = Takedown(alert=alert.id, sha256="0" * 64)
    with pytest.raises(HubRefused):
        await home.link.send("/api/takedowns", wrong)


async def asked(town: Town, path: str, body: object, **headers: str) -> Any:
    """Ask as a browser without an account does; what it is told, or its error."""
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    address = f"{town.url}/api/{path}"
    async with town.session.post(address, data=data, headers=headers) as answer:
        told = await answer.read()
        return msgspec.json.decode(told) if told else None


async def test_who_is_filmed_learns_by_a_code_what_came_of_it_and_appeals_once(
    town: Town,
) -> None:
    await stewards(town, "ann", "bob")
    home = await town.home()
    alert = await with_picture(home)
    await decide(town, "approved")
    name = alert.media[0].sha256
    wish = Takedown(alert=alert.id, sha256=name, contact="ring at number 4")
    code = {"code": (await asked(town, "takedowns", encode(wish)))["code"]}
    assert (await asked(town, "takedown-states", code))["state"] == "waiting"
    appeal = code | {"reason": "my face is in the window"}
    assert (await asked(town, "takedown-appeals", appeal))["error"]["code"] == (
        "conflict"
    )
    (who,) = await town.hub.desk.takedowns.asked((await waiting(town)).id)
    assert (who.sha256, who.contact) == (name, "ring at number 4")

    town.clock.advance(minutes=1)
    await decide(town, "restored", "ann")
    async with town.hub.desk.database.read() as tx:
        assert list(await tx.scalars(select(TAKEDOWNS.c.contact))) == [""]
        kept = await tx.scalar(select(TAKEDOWNS.c.code))
    assert kept is not None
    assert code["code"].encode() not in kept
    state = await asked(town, "takedown-states", code)
    assert (state["state"], state["rule"], state["may_appeal"]) == (
        "shown",
        "no faces",
        True,
    )
    await asked(town, "takedown-appeals", appeal)
    with pytest.raises(Conflict, match="another steward"):
        await decide(town, "refused", "ann")
    await decide(town, "refused", "bob")
    spaced = {"code": f" {code['code'][:10].lower()} {code['code'][10:]}"}
    state = await asked(town, "takedown-states", spaced)
    assert (state["state"], state["may_appeal"]) == ("removed", False)

    town.clock.advance(days=31)
    await town.hub.retention.run_once()
    async with town.hub.desk.database.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(TAKEDOWNS)) == 0
    gone = await asked(town, "takedown-states", code)
    assert gone["error"]["code"] == "not_found"


async def test_whoever_can_read_something_has_it_looked_at_once(town: Town) -> None:
    home = await town.home()
    quiet = await home.post()
    comment = await home.comment(quiet, "He lives at the corner")
    report = {"subject": comment.id, "reason": "it says where somebody lives"}
    refused = await asked(town, "reports", report)
    assert refused["error"]["code"] == "not_found"  # only members can read it
    day = {"Authorization": f"Pass {await home.reading_pass()}"}
    assert await asked(town, "reports", report, **day) is None
    again = report | {"reason": "another"}
    assert await asked(town, "reports", again, **day) is None
    case = await waiting(town)
    assert (case.kind, case.opened_by, case.reason) == (
        "comment",
        "flag",
        report["reason"],
    )
    await decide(town, "approved")
    looked = await asked(town, "reports", report, **day)
    assert looked["error"]["code"] == "conflict"


async def test_an_author_appeals_once_and_another_steward_decides(town: Town) -> None:
    await stewards(town, "ann", "bob")
    home, moderation = await town.home(), town.hub.desk.moderation
    alert = await home.post(category=Category.MISSING_PERSON)
    await decide(town, "refused", "ann")
    reason = "It is my own grandfather"
    with pytest.raises(BadSignature):
        await moderation.appeal(alert.id, reason, bytes(64))
    key = home.authors[alert.id]
    sig = sign(key, "appeal", alert.id.encode() + reason.encode())
    await moderation.appeal(alert.id, reason, sig)
    with pytest.raises(Conflict):
        await moderation.appeal(alert.id, reason, sig)
    with pytest.raises(Conflict, match="another steward"):
        await decide(town, "restored", "ann")
    await decide(town, "restored", "bob")
    assert await standing(town, alert.id) == Standing.SHOWN
    answer = await town.get(f"/api/alerts/{alert.id}/statements")
    statements = (await answer.json())["statements"]
    assert [each["decision"] for each in statements] == ["refused", "restored"]


async def test_an_author_appeals_though_who_is_filmed_appealed_before(
    town: Town,
) -> None:
    await stewards(town, "ann", "bob")
    home, desk = await town.home(), town.hub.desk
    alert = await with_picture(home)
    await decide(town, "approved")
    wish = Takedown(alert=alert.id, sha256=alert.media[0].sha256)
    code, _ = await desk.takedowns.ask(wish)
    town.clock.advance(minutes=1)
    await decide(town, "restored", "ann")
    await desk.takedowns.appeal(code, "look again")
    town.clock.advance(minutes=1)
    await decide(town, "refused", "bob")
    reason = "It is my own grandfather"
    signed = alert.id.encode() + reason.encode()
    sig = sign(home.authors[alert.id], "appeal", signed)
    await desk.moderation.appeal(alert.id, reason, sig)
    town.clock.advance(minutes=1)
    await decide(town, "upheld", "cem")
    with pytest.raises(Conflict, match="already"):
        await desk.moderation.appeal(alert.id, reason, sig)


async def test_a_flag_brings_it_before_a_steward_and_hides_nothing(town: Town) -> None:
    author, home = await town.home(), await town.home()
    alert = await author.post()
    flag = Flag(subject=alert.id, reason="a plate", token=await home.token("flag"))
    await home.link.send("/api/flags", flag)
    await home.link.send("/api/flags", flag)
    case = await waiting(town)
    assert (case.opened_by, case.reason) == ("flag", "a plate")
    assert await standing(town, alert.id) == Standing.SHOWN
    await decide(town, "refused")
    assert await standing(town, alert.id) == Standing.REMOVED


async def test_a_comment_that_breaks_a_rule_goes_alone(town: Town) -> None:
    home = await town.home()
    alert = await home.post()
    await home.comment(alert, "Reward for whoever finds him")
    kept = await home.comment(alert, "The fire brigade is here")
    case = await waiting(town)
    assert (case.kind, case.reason) == ("comment", "reward")
    await decide(town, "refused")
    found = await home.link.comments(alert.id, await home.reading_pass())
    assert [each.id for each in found] == [kept.id]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(100),
        b"\xff\xd8\xff" + bytes(50),
        b"<html><script>alert(1)</script>",
        jpeg()[:200],
        # A header that promises 65,500 × 65,500 pixels behind 20 bytes.
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xdc\xff\xdc\x03" + bytes(30),
        # It decodes, from 100 kB to 48 MB.
        cv2.imencode(".jpg", np.zeros((4000, 4000, 3), np.uint8))[1].tobytes(),
    ],
)
async def test_what_is_no_picture_is_refused(town: Town, data: bytes) -> None:
    home = await town.home()
    item = media(data, bytes=max(1, len(data)))
    alert = await home.post(media=(item,))
    with pytest.raises(HubRefused) as problem:
        await home.put_media(alert.id, item.sha256, data)
    assert problem.value.code == "unfit_media"


async def test_a_second_file_behind_a_picture_is_not_served(town: Town) -> None:
    home = await town.home()
    polyglot = jpeg() + b"PK\x03\x04 and a script <script>"
    alert = await with_picture(home, polyglot)
    await decide(town, "approved")
    served = await home.link.get_media(
        alert.id, alert.media[0].sha256, await home.reading_pass()
    )
    assert b"script" not in served


async def test_only_announced_bytes_are_taken_and_the_same_twice_is_fine(
    town: Town,
) -> None:
    home = await town.home()
    data = jpeg()
    alert = await home.post(media=(media(data),))
    other = jpeg(32, 32)
    for name in (media(data).sha256, media(other).sha256):
        with pytest.raises(HubRefused):
            await home.put_media(alert.id, name, other)
    for _ in range(2):
        await home.put_media(alert.id, media(data).sha256, data)
    assert len(await town.hub.blobs.names()) == 1


async def test_a_clip_is_encoded_anew_without_sound_and_metadata(town: Town) -> None:
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as made:
        made.metadata["comment"] = "Elm Street 5"
        stream = made.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            image = np.full((48, 64, 3), number * 10, np.uint8)
            made.mux(stream.encode(av.VideoFrame.from_ndarray(image)))
        made.mux(stream.encode(None))
    home = await town.home()
    clip = data.getvalue()
    alert = await home.post(media=(media(clip, kind="clip"),), scope=Scope.PUBLIC)
    await home.put_media(alert.id, alert.media[0].sha256, clip)
    await decide(town, "approved")
    answer = await town.get(f"/api/alerts/{alert.id}/media/{alert.media[0].sha256}")
    served = await answer.read()
    assert answer.content_type == "video/mp4"
    assert b"Elm Street" not in served
    with av.open(io.BytesIO(served), "r") as found:
        assert [each.type for each in found.streams] == ["video"]
        assert len(list(found.decode(video=0))) >= 20


async def test_envelopes_pictures_and_alerts_are_forgotten_on_time(town: Town) -> None:
    home, desk = await town.home(), town.hub.desk
    retention = town.hub.retention
    data = jpeg()
    alert = home.alert(media=(media(data),), expires=town.clock() + timedelta(days=29))
    sealed = close(home.member.household, alert.id, [KEYS[0].recipient] * 2)
    post = home.signed(alert, token=await home.token(), envelope=sealed)
    await home.send(post)
    await home.put_media(alert.id, media(data).sha256, data)

    async def left() -> tuple[int, int, int]:
        await retention.run_once()
        async with desk.database.read() as tx:
            alerts = await tx.scalar(select(func.count()).select_from(ALERTS)) or 0
            held = await tx.scalar(select(func.count()).select_from(ENVELOPES)) or 0
        return alerts, held, len(await town.hub.blobs.names())

    assert await left() == (1, 1, 1)
    town.clock.advance(days=7)
    assert await left() == (1, 1, 0)
    town.clock.advance(days=7)
    assert await left() == (1, 0, 0)
    town.clock.advance(days=15)
    assert await left() == (0, 0, 0)
