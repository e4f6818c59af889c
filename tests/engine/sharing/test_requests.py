"""An agency's request at home: read from the log, matched, answered, told back."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import pytest
from sqlalchemy import update

from demo.agency import circle
from demo.steward import Refused
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import Conflict, HubMisbehaves, InvalidInput, WrongPin
from neighborcam.engine.requests import (
    AnswerDraft,
    ClipOrder,
    Decision,
    MuteView,
)
from neighborcam.engine.sharing.uploads import RETRY
from neighborcam.hub.store.schema import LOG
from neighborcam.protocol.age_keys import HybridRecipient, parse_recipient
from neighborcam.protocol.answers import Answer, check_manifest
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import seal_slot
from neighborcam.protocol.requests import ReplyBundle, Spoken
from neighborcam.protocol.sealed_clips import join, open_clip
from tests.engine.sharing.asked_home import (
    CAMERA,
    DAY,
    VIEW,
    Move,
    collected,
    home,
    views,
)
from tests.hub.clock import START
from tests.hub.police import PLACE, Policed, policed

__all__ = ["home", "policed"]


async def test_a_request_in_the_log_is_told_with_what_this_home_has(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    one = await home("one")
    await one.look()
    request = await policed.ask()
    assert views(one) == []
    await one.look()
    (view,) = views(one)
    assert (view.id, view.state, view.matching_cameras, view.answered) == (
        request,
        "open",
        1,
        False,
    )
    assert one.told[-1] == ("received", view)
    review = await one.requests.review(request)
    assert [each.camera for each in review.proposals] == ["street"]
    assert review.agency.name == "Milltown Police"


@pytest.mark.parametrize(
    "change",
    [
        {"latitude": PLACE[1] + 0.01},
        {"indoor": True},
        {"latitude": None},
        {"latitude": PLACE[1] + 0.0027, "bearing": 0.0},  # looks away
    ],
)
async def test_a_camera_that_does_not_see_it_is_not_proposed(
    policed: Policed, home: Move, change: dict[str, Any]
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    one.requests.place((msgspec.structs.replace(VIEW, **change),))
    await one.look()
    assert (await one.requests.review(request)).proposals == ()
    with pytest.raises(Conflict, match="may not be offered"):
        await one.clip(request)


async def test_a_camera_that_its_owner_does_not_share_is_not_proposed(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    one.cameras = (msgspec.structs.replace(CAMERA, sharing=False),)
    await one.look()
    assert (await one.requests.review(request)).proposals == ()


async def test_yes_and_silence_post_one_capsule_each_of_one_size(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    yes, silent = await home("yes"), await home("silent")
    for each in (yes, silent):
        await each.look()
    await yes.approve(request, text="The van came from the left.")
    for each in (yes, silent):
        await each.take_turn()
    (answer,) = await collected(policed, request)
    assert (answer.kind, answer.text) == ("clips", "The van came from the left.")


async def test_the_clip_is_the_one_that_its_owner_saw(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    clip = await one.clip(request)
    seen, media_type = one.requests.made(clip)
    assert media_type == "video/mp4"
    draft = AnswerDraft(decision=Decision.APPROVE, clips=(clip,), holds_originals=True)
    await one.requests.answer(request, draft)
    await one.take_turn()
    (answer,) = await collected(policed, request)
    (item,) = answer.items
    pieces = [await policed.police.get(f"/api/chunks/{each}") for each in item.chunks]
    sealed = join(pieces, item.sealed_sha256)
    opened = open_clip(sealed, item.secret, item.manifest.bytes)
    assert opened == seen
    check_manifest(item.manifest, item.sig, opened)
    digest = sha256(one.original.read_bytes()).hexdigest()
    assert [each.sha256 for each in item.manifest.originals] == [digest]
    held = list((one.folder / "held" / answer.id).iterdir())
    assert [sha256(each.read_bytes()).hexdigest() for each in held] == [digest]


def with_sound(path: Path) -> Path:
    """Write a recording with a tone and words in it."""
    with av.open(str(path), "w", format="mp4") as made:
        made.metadata["title"] = "Elm Street 7"
        video = made.add_stream("libx264", rate=8)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        audio = made.add_stream("aac", rate=16000, layout="mono")
        for number in range(80):
            image = np.full((240, 320, 3), number, np.uint8)
            made.mux(video.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            tone = np.zeros((1, 2000), np.float32)
            frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16000, number * 2000
            made.mux(audio.encode(frame))
        made.mux(video.encode(None))
        made.mux(audio.encode(None))
    return path


async def test_a_copied_clip_has_no_sound_and_no_metadata(
    policed: Policed, home: Move, tmp_path: Path
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    one.original = with_sound(tmp_path / "sound.mp4")
    assert b"Elm Street 7" in one.original.read_bytes()
    data, _ = one.requests.made(await one.clip(request))
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    assert b"Elm Street 7" not in data
    with av.open(str(path)) as found:
        assert [each.type for each in found.streams] == ["video"]
        assert len(list(found.decode(video=0))) == 80


@pytest.mark.parametrize(
    "change", [{"moving": True}, {"keep_only": ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0))}]
)
async def test_what_is_covered_is_encoded_anew_and_said(
    policed: Policed, home: Move, change: dict[str, Any]
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    window = one.requests._need(request).request
    order = ClipOrder(
        camera=CameraId("street"),
        start=window.window_start,
        end=window.window_start + timedelta(seconds=5),
        **change,
    )
    made = await one.requests.make(request, order)
    assert {"encoded-anew", "redacted"} <= set(made.edits)
    assert made.frames > 10
    plain, _ = one.requests.made(await one.clip(request))
    assert one.requests.made(made.id)[0] != plain


async def test_a_still_is_one_picture(policed: Policed, home: Move) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    data, media_type = one.requests.made(await one.clip(request, end=None))
    assert (media_type, data[:2]) == ("image/jpeg", b"\xff\xd8")


async def test_only_what_was_asked_for_leaves(policed: Policed, home: Move) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    window = one.requests._need(request).request
    for change in (
        {"start": window.window_start - timedelta(seconds=1)},
        {"end": window.window_end + timedelta(seconds=1)},
    ):
        with pytest.raises(InvalidInput, match="stay in its window"):
            await one.clip(request, **change)
    with pytest.raises(Conflict, match="may not be offered"):
        await one.clip(request, camera=CameraId("hall"))
    with pytest.raises(InvalidInput, match="look at them first"):
        await one.requests.answer(request, AnswerDraft(decision=Decision.APPROVE))


async def test_nothing_leaves_after_the_request_is_over(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    policed.town.clock.at += 6 * DAY
    tip = AnswerDraft(decision=Decision.TIP, text="A van.")
    with pytest.raises(Conflict, match="is over"):
        await one.requests.answer(request, tip)


async def test_the_agency_s_receipts_are_told_to_who_answered(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    yes, silent = await home("yes"), await home("silent")
    for each in (yes, silent):
        await each.look()
    draft = AnswerDraft(decision=Decision.TIP, text="A white van.", contact="Door 7")
    await yes.requests.answer(request, draft)
    for each in (yes, silent):
        await each.take_turn()
    (answer,) = await collected(policed, request)
    assert (answer.text, answer.contact) == ("A white van.", "Door 7")
    await post_receipt(policed, request, answer, what="received")
    for each in (yes, silent):
        await each.look()
    (told,) = (await yes.requests.review(request)).answers
    assert [(each.what, told.state) for each in told.receipts] == [("received", "sent")]
    assert (await silent.requests.review(request)).answers == ()


def receipt_of(
    policed: Policed, request: str, answer: Answer, number: int = 0, **what: Any
) -> Spoken:
    now = policed.town.clock()
    receipt = policed.police.receipt(request, answer.id, now, **what)
    to = parse_recipient(answer.reply_to)
    assert isinstance(to, HybridRecipient)
    slot = seal_slot(encode(receipt), to, request.encode())
    bundle = ReplyBundle(
        request=request,
        certificate="0" * 64,
        at=now.replace(microsecond=0),
        number=number,
        slots=(slot, *[bytes(4096)] * 7),
    )
    return policed.agency.officer.say(bundle)


async def post_receipt(
    policed: Policed, request: str, answer: Answer, number: int = 0, **what: Any
) -> None:
    spoken = receipt_of(policed, request, answer, number, **what)
    await policed.police.post("/api/replies", spoken)


async def test_a_receipt_by_a_revoked_officer_is_not_believed(
    policed: Policed, home: Move
) -> None:
    """A hub that lies and has a stolen key could say that a clip was deleted."""
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    tip = AnswerDraft(decision=Decision.TIP, text="A van.")
    await one.requests.answer(request, tip)
    await one.take_turn()
    (answer,) = await collected(policed, request)
    revoked = policed.agency.revoked(policed.agency.officer, policed.town.clock())
    await policed.police.post("/api/revocations", revoked)
    policed.town.clock.at += timedelta(minutes=10)
    forged = receipt_of(policed, request, answer, what="deleted")
    link = one.requests._life._mail._link
    honest = link.raw

    async def lies(path: str, **more: Any) -> bytes:
        if "/replies" not in path:
            return bytes(await honest(path, **more))
        return msgspec.json.encode({"bundles": [msgspec.Raw(encode(forged))]})

    link.raw = lies
    await one.look()
    (told,) = (await one.requests.review(request)).answers
    assert told.receipts == ()


async def test_a_receipt_of_somebody_else_is_not_believed(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    tip = AnswerDraft(decision=Decision.TIP, text="A van.")
    await one.requests.answer(request, tip)
    await one.take_turn()
    (answer,) = await collected(policed, request)
    genuine = policed.agency.officer.key
    policed.agency.officer.key = policed.agency.supervisor.key
    receipt = policed.police.receipt(
        request, answer.id, policed.town.clock(), what="deleted"
    )
    policed.agency.officer.key = genuine
    to = parse_recipient(answer.reply_to)
    assert isinstance(to, HybridRecipient)
    slot = seal_slot(encode(receipt), to, request.encode())
    bundle = ReplyBundle(
        request=request,
        certificate="0" * 64,
        at=policed.town.clock().replace(microsecond=0),
        number=0,
        slots=(slot, *[bytes(4096)] * 7),
    )
    await policed.police.post("/api/replies", policed.agency.officer.say(bundle))
    await one.look()
    (told,) = (await one.requests.review(request)).answers
    assert told.receipts == ()


async def test_an_answer_is_revoked_before_it_goes(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    await one.approve(request)
    (waiting,) = (await one.requests.review(request)).answers
    assert waiting.leaves_at is not None
    await one.requests.revoke(request, waiting.id)
    await one.take_turn()
    assert await collected(policed, request) == []
    with pytest.raises(Conflict, match="revoked already"):
        await one.requests.revoke(request, waiting.id)


async def test_an_answer_that_left_is_revoked_by_the_next_capsule(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    await one.approve(request)
    await one.take_turn()
    (answer,) = await collected(policed, request)
    await one.requests.revoke(request, answer.id)
    await one.sharing._need_life()._outbox.drain()
    with pytest.raises(Refused, match="gone"):
        await policed.police.get(f"/api/chunks/{answer.items[0].chunks[0]}")
    await one.look()
    await one.take_turn()
    (revoked,) = await collected(policed, request, 1)
    assert (revoked.kind, revoked.about) == ("revoked", answer.id)


async def test_declined_and_muted_homes_post_all_the_same(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one, other = await home("one"), await home("other")
    for each in (one, other):
        await each.look()
    told = len(one.told)
    await one.requests.answer(request, AnswerDraft(decision=Decision.DECLINE))
    await other.requests.answer(request, AnswerDraft(decision=Decision.MUTE))
    assert [what for what, _ in one.told[told:]] == ["changed"]
    assert views(one)[0].answered
    for each in (one, other):
        await each.take_turn()
    assert await collected(policed, request) == []
    found = await policed.police.collect(request, 0, policed.town.clock())
    assert len(found) == 2


async def test_a_home_that_takes_no_part_posts_nothing(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    one.requests.mute(MuteView(takes_part=False))
    await one.look()
    policed.town.clock.at += DAY - timedelta(minutes=2)
    await one.look()
    policed.town.clock.at += timedelta(minutes=10)
    assert await policed.police.collect(request, 0, policed.town.clock()) == []


async def test_a_pin_guards_what_leaves_and_not_what_does_not(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    await one.requests.set_pin("2580", None)
    tip = AnswerDraft(decision=Decision.TIP, text="A van.")
    with pytest.raises(WrongPin, match="asks for its PIN"):
        await one.requests.answer(request, tip)
    for _ in range(5):
        with pytest.raises(WrongPin, match="not the PIN"):
            await one.requests.answer(request, msgspec.structs.replace(tip, pin="1"))
    right = msgspec.structs.replace(tip, pin="2580")
    with pytest.raises(WrongPin, match="too many"):
        await one.requests.answer(request, right)
    policed.town.clock.at += timedelta(minutes=15)
    await one.requests.answer(request, right)
    (said,) = (await one.requests.review(request)).answers
    with pytest.raises(WrongPin, match="asks for its PIN"):
        await one.requests.write(request, said.id, "It was red.", None)
    await one.requests.write(request, said.id, "It was red.", "2580")
    await one.requests.answer(request, AnswerDraft(decision=Decision.DECLINE))


async def test_a_turn_survives_a_restart_and_happens_once(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    (planned,) = one.store.requests.rounds()
    await one.close()
    one.open()
    await one.sharing.start()
    await one.look()
    assert one.store.requests.rounds() == [planned]
    await one.take_turn()
    await one.look()
    policed.town.clock.at = max(policed.town.clock.at, START) + DAY
    policed.town.clock.at += timedelta(minutes=6)
    found = await policed.police.collect(request, 0, policed.town.clock())
    assert len(found) == 1


async def test_a_hub_that_was_away_gets_the_same_capsule_later(
    policed: Policed, home: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    from neighborcam.engine.errors import HubUnreachable  # noqa: PLC0415

    await policed.join()
    await policed.ask()
    one = await home("one")
    await one.look()
    link = one.requests._life.turns._link
    send = link.send
    sent: list[Any] = []

    async def lose(path: str, message: Any) -> None:
        sent.append(message)
        await send(path, message)
        raise HubUnreachable("the answer is lost")

    monkeypatch.setattr(link, "send", lose)
    (row,) = one.store.requests.rounds()
    policed.town.clock.at = row.due_at
    for _ in range(3):
        await one.look()
    assert len(sent) == 1  # not in a circle: some minutes go by
    monkeypatch.setattr(link, "send", send)
    policed.town.clock.at += RETRY
    await one.look()
    assert one.store.requests.rounds() == []
    assert len(sent) == 1


async def test_a_request_that_was_changed_is_nowhere(
    policed: Policed, home: Move
) -> None:
    """A hub that changes an entry after it was read, or before, is not believed."""
    await policed.join()
    request = await policed.ask()
    one = await home("one")
    await one.look()
    life = one.requests._life
    async with policed.town.hub.desk.database.write() as tx:
        data = (await policed.town.hub.desk.log.entries(0, 1000))[-1]
        forged = data.replace(b"bakery", b"temple")
        await tx.execute(update(LOG).where(LOG.c.entry == data).values(entry=forged))
    other = await home("other")
    shared: Any = other.sharing._life
    try:
        await other.look()
    except HubMisbehaves as problem:
        said = str(problem)
    else:  # whoever fetched the tokens of the day read it before
        said = shared._trust.distrust.reason
    assert "not what its checkpoint says" in said
    assert list((other.folder / "evidence").iterdir())
    assert views(other) == []
    await life.run_once()  # who has read it already knows better
    assert views(one)[0].id == request


async def test_another_region_s_request_is_not_shown_and_not_answered(
    policed: Policed, home: Move
) -> None:
    await policed.join()
    one = await home("one")
    far = circle(PLACE[0] + 0.1, PLACE[1])
    await policed.ask(area=far)
    one.requests._life._regions = frozenset({"85283473fffffff"})
    await one.look()
    assert views(one) == []
    assert one.store.requests.rounds() == []
