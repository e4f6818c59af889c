"""One namespace: nobody can say something under the id of something else."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from demo.steward import Refused
from demo.town_home import Home, new_id
from neighborcam.hub.store.schema import ALERTS, CASES, ENVELOPES, VETOES
from neighborcam.protocol.age_keys import ClassicIdentity
from neighborcam.protocol.agencies import Veto
from neighborcam.protocol.alerts import Alert, Comment, CommentPost, Scope
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.envelopes import close
from neighborcam.protocol.signing import sign
from tests.hub.conftest import Town
from tests.hub.police import Policed, policed
from tests.hub.test_agency_alerts import send
from tests.hub.test_alerts import refused
from tests.hub.test_moderation import decide, jpeg, media

__all__ = ["policed"]

KEYS = [ClassicIdentity(bytes([n]) * 32) for n in (1, 2, 3)]


def soon(town: Town) -> Any:
    return town.clock().replace(microsecond=0) + timedelta(minutes=20)


def envelope(home: Home, subject: str) -> bytes:
    return close(home.member.household, subject, [each.recipient for each in KEYS])


async def comment(home: Home, alert: Alert, id_: str) -> CommentPost:
    key = Ed25519PrivateKey.generate()
    author = key.public_key().public_bytes_raw()
    made = Comment(id=id_, alert=alert.id, text="Good morning", author_key=author)
    return CommentPost(
        comment=made,
        sig=sign(key, "comment", encode(made)),
        token=await home.token("comment"),
        envelope=envelope(home, id_),
    )


async def count(town: Town, table: Any) -> int:
    async with town.hub.desk.database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(table)) or 0


async def test_no_alert_is_posted_under_the_id_of_a_comment(town: Town) -> None:
    neighbour, mallory = await town.home(), await town.home()
    alert = await mallory.post()
    said = await comment(neighbour, alert, new_id())
    await neighbour.link.send("/api/comments", said)
    assert await refused(mallory.post(id=said.comment.id)) == "id_taken"
    await neighbour.link.send("/api/comments", said)  # the same again is fine


async def test_an_id_is_taken_while_its_envelope_or_picture_is_kept(
    town: Town,
) -> None:
    neighbour, mallory = await town.home(), await town.home()
    good = neighbour.alert(expires=soon(town))
    sealed = envelope(neighbour, good.id)
    post = neighbour.signed(good, token=await neighbour.token(), envelope=sealed)
    await neighbour.send(post)
    data = jpeg()
    shown = await neighbour.post(media=(media(data),), expires=soon(town))
    await neighbour.put_media(shown.id, shown.media[0].sha256, data)
    await decide(town, "approved")
    town.clock.advance(hours=2)
    await town.hub.retention.run_once()
    assert (await count(town, ALERTS), await count(town, ENVELOPES)) == (0, 1)
    for each in (good.id, shown.id):
        assert await refused(mallory.post(id=each)) == "id_taken"
        mallory.authors.clear()
    alert = await neighbour.post()
    said = await comment(mallory, alert, good.id)
    assert await refused(mallory.link.send("/api/comments", said)) == "id_taken"


async def test_a_comment_under_an_alert_s_id_cannot_end_its_cases(town: Town) -> None:
    author, mallory = await town.home(), await town.home()
    later = town.clock().replace(microsecond=0) + timedelta(days=9)
    alert = await author.post(expires=later, scope=Scope.PUBLIC)
    await town.hub.desk.replies.hold(alert.id, "look at this")
    short = await mallory.post(expires=soon(town))
    said = await comment(mallory, short, alert.id)
    assert await refused(mallory.link.send("/api/comments", said)) == "id_taken"
    town.clock.advance(hours=2)
    await town.hub.retention.run_once()
    assert await count(town, CASES) == 1


async def test_nothing_is_said_under_the_id_of_an_agency(policed: Policed) -> None:
    town, mallory = policed.town, await policed.town.home()
    policed.domain.serve(policed.agency)
    await policed.police.apply()
    agency = policed.agency.record.id
    assert await refused(mallory.post(id=agency)) == "id_taken"
    mallory.authors.clear()
    await policed.join()
    town.clock.advance(days=1)
    assert await refused(mallory.post(id=agency)) == "id_taken"
    alert = await mallory.post()
    said = await comment(mallory, alert, agency)
    assert await refused(mallory.link.send("/api/comments", said)) == "id_taken"


async def test_an_agency_s_alert_takes_no_neighbour_s_id_nor_gives_its_own(
    policed: Policed,
) -> None:
    await policed.join()
    home = await policed.town.home()
    theirs = await home.post()
    agency, now = policed.agency, policed.town.clock()
    taken = agency.warn(agency.alert(now, id=theirs.id))
    with pytest.raises(Refused) as problem:
        await send(policed, taken)
    assert problem.value.code == "id_taken"
    waiting = agency.warn(agency.alert(now))
    await send(policed, waiting)
    assert await refused(home.post(id=waiting.alert.id)) == "id_taken"


async def test_an_alert_under_the_id_of_an_agency_to_come_spoils_no_objection(
    policed: Policed,
) -> None:
    """Its id can be known before it applies: that must keep it from nothing."""
    town = policed.town
    home, mallory = await town.home(), await town.home()
    await mallory.post(id=policed.agency.record.id, expires=soon(town))
    agency = await policed.announce()
    key = await town.hub.desk.agencies.veto_key(agency)
    assert key is not None
    token = await home.vote_token(agency, key)
    veto = Veto(agency=agency, token=token)
    await home.link.send(f"/api/agencies/{agency}/veto", veto)
    assert await count(town, ALERTS) == 0  # its votes would be signed by another key
    town.clock.advance(hours=2)
    await town.hub.retention.run_once()
    assert await refused(home.vote_token(agency, key)) == "quota_used"
    assert await count(town, VETOES) == 1
