"""Agencies at a real hub: joining, asking, rounds, replies, duties, suspension."""

import asyncio
import os
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from demo.agency import MakeBelieveAgency, circle
from demo.agency_client import NOBODY
from demo.steward import Refused
from demo.town_home import Home, new_id
from neighborcam.engine.errors import HubRefused
from neighborcam.engine.sharing.hub_link import blinded
from neighborcam.hub.doctor import examine
from neighborcam.hub.misuse import MOST as MISUSES
from neighborcam.hub.store.schema import CAPSULES
from neighborcam.protocol.age_keys import HybridRecipient, parse_recipient
from neighborcam.protocol.agencies import Role, Veto, sign_agency
from neighborcam.protocol.agency_entries import (
    REVOKED,
    AgencyRestored,
    RequestRefused,
)
from neighborcam.protocol.alerts import Token
from neighborcam.protocol.answers import (
    CHUNK_BYTES,
    CapsulePost,
    ChunkPost,
    ChunkRemoval,
    lock_of,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import CAPSULE_BYTES, open_capsule, seal_capsule
from neighborcam.protocol.entries import read_entry
from neighborcam.protocol.errors import BadProof
from neighborcam.protocol.limits import PER_DAY
from neighborcam.protocol.register_state import Standing
from neighborcam.protocol.requests import (
    Deletion,
    Ending,
    Outcome,
    ReplyBundle,
    SignedRequest,
    sign_request,
)
from tests.hub.clock import START
from tests.hub.police import Policed, policed

__all__ = ["policed"]

DAY = timedelta(days=1)


async def kinds(policed: Policed) -> list[str]:
    """Return the kinds of all entries of the log that are about agencies."""
    entries = await policed.town.hub.desk.log.entries(0, 1000)
    found = [msgspec.json.decode(each)["type"] for each in entries]
    return [each for each in found if each.startswith(("agency", "request", "overdue"))]


def word(policed: Policed, kind: Any, request: str, **fields: Any) -> Any:
    return kind(request=request, certificate=NOBODY, at=policed.town.clock(), **fields)


def capsule(policed: Policed, request: str, content: bytes = b"") -> bytes:
    seal = policed.agency.seals[request].recipient
    recipient = parse_recipient(str(seal))
    assert isinstance(recipient, HybridRecipient)
    return seal_capsule(content, recipient, request.encode())


async def post(
    policed: Policed, home: Home, request: str, number: int = 0, **changes: Any
) -> CapsulePost:
    """Post a capsule of nothing; return what was posted."""
    made = CapsulePost(
        request=request,
        round=number,
        capsule=capsule(policed, request),
        token=changes.pop("token", None) or await home.token("capsule"),
    )
    await home.link.send("/api/capsules", made)
    return made


# -- joining --------------------------------------------------------------------------


async def test_an_agency_joins_after_a_week_and_stands_in_the_log(
    policed: Policed,
) -> None:
    agency = await policed.join()
    assert await kinds(policed) == ["agency-announced", "agency-joined"]
    (view,) = msgspec.json.decode(await policed.police.get("/api/agencies"))
    assert (view["id"], view["standing"], view["owes"]) == (agency, "member", [])
    assert view["vote_key"] is None


async def test_nothing_is_announced_before_domain_and_call_back(
    policed: Policed,
) -> None:
    await policed.police.apply()
    with pytest.raises(Refused, match="call it back"):
        await policed.ann.approve_agency(policed.agency.record.id)


@pytest.mark.parametrize("broken", ["file", "text"])
async def test_a_domain_that_is_not_the_agency_s_is_noticed(
    policed: Policed, broken: str
) -> None:
    await policed.police.apply()
    policed.domain.serve(policed.agency)
    if broken == "file":
        other = MakeBelieveAgency(now=policed.town.clock(), place=policed.agency.place)
        policed.domain.file = encode(other.signed)
    else:
        policed.domain.text = "neighborcam-agency=" + "0" * 32
    with pytest.raises(Refused, match=r"key file|text record"):
        await policed.ann.look_into(policed.agency.record.id)


async def test_one_steward_twice_is_one_steward(policed: Policed) -> None:
    agency = policed.agency.record.id
    policed.domain.serve(policed.agency)
    await policed.police.apply()
    await policed.ann.look_into(agency)
    assert not await policed.ann.approve_agency(agency)
    assert not await policed.ann.approve_agency(agency)
    assert await kinds(policed) == []


async def test_an_agency_that_applies_anew_is_looked_at_anew(policed: Policed) -> None:
    agency = policed.agency
    policed.domain.serve(agency)
    await policed.police.apply()
    await policed.ann.look_into(agency.record.id)
    await policed.ann.approve_agency(agency.record.id)
    wider = msgspec.structs.replace(
        agency.record, jurisdiction=circle(*agency.place, 30_000.0), kind="rescue"
    )
    await policed.police.post("/api/agencies", sign_agency(wider, agency.root))
    with pytest.raises(Refused, match="call it back"):
        await policed.bob.approve_agency(agency.record.id)
    policed.domain.file = encode(sign_agency(wider, agency.root))
    await policed.bob.look_into(agency.record.id)
    assert not await policed.bob.approve_agency(agency.record.id)
    (waiting,) = await policed.ann.get("/api/steward/applications")
    assert waiting["approvals"] == ["bob"]
    await policed.police.apply()  # the first record again: nothing of it is left
    (waiting,) = await policed.ann.get("/api/steward/applications")
    assert (waiting["approvals"], waiting["domain_checked"]) == ([], None)
    assert await kinds(policed) == []


async def test_a_fifth_of_the_homes_keeps_an_agency_out(policed: Policed) -> None:
    homes = [await policed.town.home() for _ in range(5)]
    agency = await policed.announce()
    (view,) = msgspec.json.decode(
        await policed.police.get("/api/agencies"), type=list[dict[str, Any]]
    )
    key = msgspec.convert(view["vote_key"], bytes)
    token = await homes[0].vote_token(agency, key)
    for _ in range(2):  # the same again counts once
        path = f"/api/agencies/{agency}/veto"
        await homes[0].link.send(path, Veto(agency=agency, token=token))
    with pytest.raises(HubRefused, match="left"):
        await homes[0].vote_token(agency, key)
    policed.town.clock.at += 7 * DAY
    await policed.town.hub.duties.run_once()
    assert await kinds(policed) == ["agency-announced", "agency-vetoed"]


async def test_an_officer_s_certificate_of_a_stranger_is_refused(
    policed: Policed,
) -> None:
    await policed.join()
    stranger = MakeBelieveAgency(now=policed.town.clock(), place=policed.agency.place)
    forged = msgspec.structs.replace(
        stranger.officer.issued.certificate, agency=policed.agency.record.id
    )
    issued = msgspec.structs.replace(stranger.officer.issued, certificate=forged)
    with pytest.raises(Refused) as refused:
        await policed.police.post("/api/certificates", issued)
    assert refused.value.code == "bad_signature"


# -- asking ---------------------------------------------------------------------------


async def test_a_request_is_nowhere_before_a_steward_said_yes(
    policed: Policed,
) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    assert (await policed.police.status(signed.request.id))["state"] == "review"
    assert "request-logged" not in await kinds(policed)
    (waiting,) = await policed.ann.get("/api/steward/requests")
    assert waiting["sha256"] == signed.sha256
    await policed.ann.approve(signed.sha256)
    status = await policed.police.status(signed.request.id)
    assert (status["state"], await policed.ann.get("/api/steward/requests")) == (
        "open",
        [],
    )
    assert status["proof"].startswith("c2sp.org/tlog-proof@v1")


async def test_a_refusal_is_public_and_its_text_is_not(policed: Policed) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    await policed.bob.refuse(signed.sha256, "no protest", "It is about a march.")
    assert (await policed.police.status(signed.request.id))["state"] == "refused"
    entries = b"".join(await policed.town.hub.desk.log.entries(0, 1000))
    assert b"It is about a march." in entries
    assert signed.request.what.encode() not in entries


async def test_an_urgent_request_waits_for_the_second_steward(
    policed: Policed,
) -> None:
    await policed.join()
    signed = policed.request(urgent=True)
    await policed.police.ask(signed)
    assert not await policed.ann.approve(signed.sha256)
    assert await policed.bob.approve(signed.sha256)


async def test_the_same_request_again_is_answered_alike_and_another_is_not(
    policed: Policed,
) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    await policed.police.ask(signed)
    other = policed.agency.sign(
        msgspec.structs.replace(signed.request, what="Something else entirely.")
    )
    with pytest.raises(Refused) as refused:
        await policed.police.ask(other)
    assert refused.value.code == "id_taken"


async def test_a_request_in_review_is_withdrawn_by_its_officer(
    policed: Policed,
) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    ending = word(policed, Ending, signed.request.id, how="withdrawn")
    with pytest.raises(Refused):
        await policed.police.say(ending, policed.agency.supervisor)
    await policed.police.say(ending)
    with pytest.raises(Refused, match="decided"):
        await policed.ann.approve(signed.sha256)


def only_officer(policed: Policed, signed: SignedRequest) -> SignedRequest:
    officer = policed.agency.officer
    return sign_request(signed.request, officer.issued, officer.key)


def swapped(policed: Policed, signed: SignedRequest) -> SignedRequest:
    agency = policed.agency
    agency.officer, agency.supervisor = agency.supervisor, agency.officer
    return agency.sign(signed.request)


def unlogged(policed: Policed, signed: SignedRequest) -> SignedRequest:
    policed.agency.officer = policed.agency.certified(Role.OFFICER, "Badge 1")
    return policed.agency.sign(signed.request)


@pytest.mark.parametrize("forge", [only_officer, swapped, unlogged])
async def test_signatures_of_the_wrong_people_are_refused(
    policed: Policed, forge: Any
) -> None:
    await policed.join()
    with pytest.raises(Refused) as refused:
        await policed.police.ask(forge(policed, policed.request()))
    assert refused.value.code == "bad_signature"


async def test_a_revoked_officer_asks_for_nothing(policed: Policed) -> None:
    await policed.join()
    signed = policed.request()
    revoked = policed.agency.revoked(policed.agency.officer, policed.town.clock())
    await policed.police.post("/api/revocations", revoked)
    for _ in range(2):
        with pytest.raises(Refused, match="revoked"):
            await policed.police.ask(signed)
    assert (await kinds(policed)).count("request-refused") == 1


async def test_who_asks_by_a_revoked_certificate_is_told_of_in_public(
    policed: Policed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "neighborcam")
    await policed.join()
    agency, desk = policed.agency, policed.town.hub.desk
    signed = [policed.request() for _ in range(5)]
    forged = msgspec.structs.replace(policed.request(), sig_officer=bytes(64))
    revoked = agency.revoked(agency.officer, policed.town.clock())
    await policed.police.post("/api/revocations", revoked)
    before = len(await kinds(policed))
    for each in (forged, *signed):
        with pytest.raises(Refused):
            await policed.police.ask(each)
    kind = "request-refused"
    assert (await kinds(policed))[before:] == [kind] * MISUSES
    told = [read_entry(e) for e in await desk.log.entries(0, 1000)][-MISUSES:]
    for entry, each in zip(told, signed, strict=False):
        assert isinstance(entry, RequestRefused)
        assert (entry.rule, entry.request) == (REVOKED, each.sha256)  # not the forged
        assert (entry.agency, entry.steward) == (agency.record.id, "")
    async with desk.database.read() as tx:
        assert (await desk.log.register(tx)).agency(agency.record.id).refused == 0
    counted = await (await policed.town.get("/api/statistics")).json()
    assert counted["lapsed"] == 0
    assert counted["agencies"][agency.record.id]["refused"] == 0
    numbers = await (await policed.town.get("/metrics")).text()
    assert 'neighborcam_hub_refusals_total{code="bad_signature"} 6.0' in numbers
    lines = [e.getMessage() for e in caplog.records if "was refused" in e.getMessage()]
    assert lines == ["a request was refused: bad_signature"] * 6
    policed.town.clock.at += DAY
    with pytest.raises(Refused):
        await policed.police.ask(policed.request())
    assert (await kinds(policed)).count("request-refused") == MISUSES + 1


async def test_an_agency_cannot_end_the_certificates_of_another(
    policed: Policed,
) -> None:
    await policed.join()
    officer, now = policed.agency.officer, policed.town.clock()
    rival = MakeBelieveAgency(now=now, place=policed.agency.place, domain="b.example")
    police, policed.police.agency = policed.agency, rival
    await policed.announce()
    with pytest.raises(Refused, match="of another agency") as refused:
        await policed.police.post("/api/revocations", rival.revoked(officer, now))
    assert refused.value.code == "bad_signature"
    policed.police.agency = police
    await policed.police.ask(policed.request())


async def test_a_request_that_waited_while_its_officer_was_revoked_is_not_logged(
    policed: Policed,
) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    revoked = policed.agency.revoked(policed.agency.officer, policed.town.clock())
    await policed.police.post("/api/revocations", revoked)
    with pytest.raises(Refused, match="revoked"):
        await policed.ann.approve(signed.sha256)


# -- rounds ---------------------------------------------------------------------------


async def test_a_round_is_given_out_when_it_is_over_in_the_order_of_hashes(
    policed: Policed,
) -> None:
    await policed.join()
    request = await policed.ask()
    homes = [await policed.town.home() for _ in range(4)]
    posted = [(await post(policed, home, request)).capsule for home in homes]
    with pytest.raises(Refused, match="not over"):
        await policed.police.collect(request, 0, policed.town.clock())
    policed.town.clock.at += DAY + timedelta(minutes=6)
    found = await policed.police.collect(request, 0, policed.town.clock())
    assert set(found) == set(posted)
    assert all(len(each) == CAPSULE_BYTES for each in found)
    seal = policed.agency.seals[request]
    assert {open_capsule(each, seal, request.encode()) for each in found} == {b""}


async def test_a_capsule_counts_once_and_its_token_pays_for_one(
    policed: Policed,
) -> None:
    await policed.join()
    request, home = await policed.ask(), await policed.town.home()
    made = await post(policed, home, request)
    await home.link.send("/api/capsules", made)
    other = msgspec.structs.replace(made, capsule=capsule(policed, request))
    with pytest.raises(HubRefused) as refused:
        await home.link.send("/api/capsules", other)
    assert refused.value.code == "token_spent"
    policed.town.clock.at += DAY + timedelta(minutes=6)
    await home.link.send("/api/capsules", made)  # its home did not hear our answer
    now = policed.town.clock()
    assert len(await policed.police.collect(request, 0, now)) == 1


async def test_capsules_of_other_rounds_and_of_what_is_over_are_refused(
    policed: Policed,
) -> None:
    await policed.join()
    request, home = await policed.ask(), await policed.town.home()
    with pytest.raises(HubRefused, match="not the present one"):
        await post(policed, home, request, 1)
    with pytest.raises(HubRefused, match="no such round"):
        await post(policed, home, request, 10**9)  # after the year 9999
    with pytest.raises(HubRefused) as refused:
        await post(policed, home, request, token=token_of_nobody())
    assert refused.value.code == "wrong_token"
    policed.town.clock.at += 6 * DAY + timedelta(minutes=6)
    with pytest.raises(HubRefused, match="over"):
        await post(policed, home, request, 5)


def token_of_nobody() -> Token:
    return Token(epoch="2026-11-30", prepared=os.urandom(64), signature=os.urandom(256))


async def test_a_withdrawn_request_takes_nothing_more(policed: Policed) -> None:
    await policed.join()
    request, home = await policed.ask(), await policed.town.home()
    await policed.police.say(word(policed, Ending, request, how="withdrawn"))
    policed.town.clock.at += timedelta(minutes=6)
    with pytest.raises(HubRefused, match="over"):
        await post(policed, home, request)
    assert (await policed.police.status(request))["state"] == "withdrawn"


async def test_another_agency_collects_nothing(policed: Policed) -> None:
    await policed.join()
    request = await policed.ask()
    policed.town.clock.at += DAY + timedelta(minutes=6)
    stranger = MakeBelieveAgency(now=policed.town.clock(), place=policed.agency.place)
    for officer in (stranger.officer, policed.agency.certified(Role.OFFICER, "x")):
        with pytest.raises(Refused) as refused:
            await policed.police.collect(
                request, 0, policed.town.clock(), officer=officer
            )
        assert refused.value.code == "bad_signature"


async def test_a_stolen_certificate_is_worth_nothing_once_it_is_revoked(
    policed: Policed,
) -> None:
    """Whoever has the officer's key collects, answers and ends nothing with it."""
    await policed.join()
    request = await policed.ask()
    policed.town.clock.at += DAY + timedelta(minutes=6)
    now = policed.town.clock()
    await policed.police.collect(request, 0, now)
    revoked = policed.agency.revoked(policed.agency.officer, now)
    await policed.police.post("/api/revocations", revoked)
    bundle = word(policed, ReplyBundle, request, number=0, slots=(bytes(4096),) * 8)
    tries = (
        policed.police.collect(request, 0, now),
        policed.police.post("/api/replies", policed.agency.officer.say(bundle)),
        policed.police.say(word(policed, Ending, request, how="withdrawn")),
    )
    for each in tries:
        with pytest.raises(Refused, match="revoked"):
            await each
    assert (await policed.police.status(request))["state"] == "open"


async def test_a_word_under_a_certificate_that_is_not_its_own_is_refused(
    policed: Policed,
) -> None:
    """Certificates are public: to have one is not to be the officer."""
    await policed.join()
    request = await policed.ask()
    thief = policed.agency.certified(Role.OFFICER, "x")
    made = thief.say(word(policed, Ending, request, how="withdrawn"))
    genuine = policed.agency.officer.issued
    stolen = msgspec.structs.replace(made.word, certificate=genuine.sha256)
    for each in (made.word, stolen):
        forged = msgspec.structs.replace(made, word=each, certificate=genuine)
        with pytest.raises(Refused) as refused:
            await policed.police.post("/api/words", forged)
        assert refused.value.code == "bad_signature"
    assert (await policed.police.status(request))["state"] == "open"


async def test_a_wish_to_collect_is_of_now(policed: Policed) -> None:
    await policed.join()
    request = await policed.ask()
    policed.town.clock.at += DAY + timedelta(minutes=6)
    late = policed.town.clock() - timedelta(minutes=6)
    with pytest.raises(Refused, match="another time"):
        await policed.police.collect(request, 0, late)


async def test_capsules_go_a_day_after_the_request(policed: Policed) -> None:
    await policed.join()
    request, home = await policed.ask(), await policed.town.home()
    await post(policed, home, request)

    async def kept() -> int:
        await policed.town.hub.retention.run_once()
        async with policed.town.hub.desk.database.read() as tx:
            return len(list(await tx.execute(CAPSULES.select())))

    policed.town.clock.at += 6 * DAY
    assert await kept() == 1
    policed.town.clock.at += DAY + timedelta(seconds=1)
    assert await kept() == 0


# -- pieces of clips ------------------------------------------------------------------


async def send_piece(
    home: Home,
    data: bytes,
    unlock: str,
    id_: str | None = None,
    *,
    token: Token | None = None,
) -> str:
    paid = token or await home.token("piece")
    head = ChunkPost(id=id_ or new_id(), lock=lock_of(unlock), token=paid)
    await home.link.put(f"/api/chunks/{head.id}", encode(head) + b"\n" + data)
    return head.id


async def test_a_piece_is_fetched_by_its_name_and_goes_a_day_later(
    policed: Policed,
) -> None:
    home, data = await policed.town.home(), os.urandom(CHUNK_BYTES)
    piece = await send_piece(home, data, new_id())
    assert await policed.police.get(f"/api/chunks/{piece}") == data
    policed.town.clock.at += DAY + timedelta(seconds=1)
    with pytest.raises(Refused, match="gone"):
        await policed.police.get(f"/api/chunks/{piece}")
    await policed.town.hub.retention.run_once()
    assert await policed.town.hub.blobs.names() == []


async def test_only_who_sent_a_piece_deletes_it(policed: Policed) -> None:
    home, unlock = await policed.town.home(), new_id()
    piece = await send_piece(home, os.urandom(CHUNK_BYTES), unlock)
    with pytest.raises(HubRefused) as refused:
        await home.link.send(
            "/api/chunk-removals", ChunkRemoval(id=piece, unlock=new_id())
        )
    assert refused.value.code == "not_allowed"
    removal = ChunkRemoval(id=piece, unlock=unlock)
    await home.link.send("/api/chunk-removals", removal)
    await home.link.send("/api/chunk-removals", removal)
    with pytest.raises(Refused, match="gone"):
        await policed.police.get(f"/api/chunks/{piece}")


async def test_a_piece_that_nobody_fetches_goes_after_the_last_open_request(
    policed: Policed,
) -> None:
    """Its day hangs on all open requests, so it tells nothing of one."""
    await policed.join()
    home = await policed.town.home()
    alone = await send_piece(home, os.urandom(CHUNK_BYTES), new_id())
    await policed.ask()  # for six days
    first = await send_piece(home, os.urandom(CHUNK_BYTES), new_id())
    policed.town.clock.at += 5 * DAY
    later = await send_piece(home, os.urandom(CHUNK_BYTES), new_id())

    async def kept() -> list[str]:
        await policed.town.hub.retention.run_once()
        names = await policed.town.hub.blobs.names()
        return [each for each in (alone, first, later) if f"chunks/{each}" in names]

    assert await kept() == [first, later]  # 3 days and the rest of the last are over
    policed.town.clock.at = START.replace(hour=0, minute=0) + (7 + 6 + 3 + 1) * DAY
    policed.town.clock.at -= timedelta(seconds=1)
    assert await kept() == [first, later]
    policed.town.clock.at += timedelta(seconds=1)
    assert await kept() == []


@pytest.mark.parametrize("size", [0, CHUNK_BYTES - 1, CHUNK_BYTES + 1])
async def test_a_piece_of_another_size_is_refused(policed: Policed, size: int) -> None:
    home = await policed.town.home()
    with pytest.raises(HubRefused, match="exactly 1 MiB"):
        await send_piece(home, bytes(size), new_id())
    assert await policed.town.hub.blobs.names() == []


async def test_a_piece_that_nobody_paid_for_is_not_even_written(
    policed: Policed,
) -> None:
    home = await policed.town.home()
    await home.link.keys()
    head = ChunkPost(id=new_id(), lock=lock_of(new_id()), token=token_of_nobody())
    body = encode(head) + b"\n" + os.urandom(CHUNK_BYTES)
    with pytest.raises(HubRefused) as refused:
        await home.link.put(f"/api/chunks/{head.id}", body)
    assert refused.value.code == "wrong_token"
    assert await policed.town.hub.blobs.names() == []
    paid = await home.token("piece")
    await send_piece(home, os.urandom(CHUNK_BYTES), new_id(), token=paid)
    again = msgspec.structs.replace(head, token=paid)
    body = encode(again) + b"\n" + os.urandom(CHUNK_BYTES)
    with pytest.raises(HubRefused) as refused:
        await home.link.put(f"/api/chunks/{head.id}", body)
    assert refused.value.code == "token_spent"
    assert len(await policed.town.hub.blobs.names()) == 1
    told = "\n".join(await examine(policed.town.hub.desk.settings))
    assert "belong to nothing" not in told


async def test_one_token_keeps_one_piece_however_many_come_at_once(
    policed: Policed,
) -> None:
    home = await policed.town.home()
    paid = await home.token("piece")
    pieces = [os.urandom(CHUNK_BYTES) for _ in range(8)]
    sent = await asyncio.gather(
        *(send_piece(home, each, new_id(), token=paid) for each in pieces),
        return_exceptions=True,
    )
    kept = [each for each in sent if isinstance(each, str)]
    assert len(kept) == 1
    assert await policed.town.hub.blobs.names() == [f"chunks/{kept[0]}"]


async def test_a_clip_costs_no_capsules_and_a_capsule_no_pieces(
    policed: Policed,
) -> None:
    await policed.join()
    request, home = await policed.ask(), await policed.town.home()
    for _ in range(PER_DAY["piece"] // 40):  # 64 MiB have room in a day
        keys = await home.link.keys()
        made = blinded(keys.keys["piece"], 40)
        assert len(await home.link.tokens(home.member, keys, "piece", made)) == 40
    with pytest.raises(HubRefused, match="0 of 80 are left"):
        await home.token("piece")
    await post(policed, home, request)
    other = await policed.town.home()
    with pytest.raises(HubRefused) as refused:
        await post(policed, other, request, token=await other.token("piece"))
    assert refused.value.code == "wrong_token"
    paid = await other.token("capsule")
    with pytest.raises(HubRefused) as refused:
        await send_piece(other, bytes(CHUNK_BYTES), new_id(), token=paid)
    assert refused.value.code == "wrong_token"


async def test_another_piece_does_not_take_a_name(policed: Policed) -> None:
    home, unlock = await policed.town.home(), new_id()
    piece = await send_piece(home, os.urandom(CHUNK_BYTES), unlock)
    with pytest.raises(HubRefused) as refused:
        await send_piece(home, os.urandom(CHUNK_BYTES), unlock, piece)
    assert refused.value.code == "id_taken"


# -- replies --------------------------------------------------------------------------


def bundle(policed: Policed, request: str, number: int) -> ReplyBundle:
    slots = tuple(os.urandom(4096) for _ in range(8))
    made: ReplyBundle = word(policed, ReplyBundle, request, number=number, slots=slots)
    return made


async def test_replies_are_for_all_and_only_the_agency_writes_them(
    policed: Policed,
) -> None:
    await policed.join()
    request = await policed.ask()
    spoken = policed.agency.officer.say(bundle(policed, request, 0))
    await policed.police.post("/api/replies", spoken)
    await policed.police.post("/api/replies", spoken)
    for other in (bundle(policed, request, 0), bundle(policed, request, 2)):
        with pytest.raises(Refused, match="number 1"):
            await policed.police.post("/api/replies", policed.agency.officer.say(other))
    stranger = MakeBelieveAgency(now=policed.town.clock(), place=policed.agency.place)
    forged = stranger.officer.say(bundle(policed, request, 1))
    with pytest.raises(Refused) as refused:
        await policed.police.post("/api/replies", forged)
    assert refused.value.code == "bad_signature"
    policed.town.clock.at += timedelta(hours=2)
    await policed.police.post("/api/replies", spoken)  # it did not hear our answer
    early = policed.town.clock() - timedelta(minutes=6)
    late = msgspec.structs.replace(bundle(policed, request, 1), at=early)
    with pytest.raises(Refused, match="another time"):
        await policed.police.post("/api/replies", policed.agency.officer.say(late))
    answer = await policed.police.get(f"/api/requests/{request}/replies")
    assert len(msgspec.json.decode(answer)["bundles"]) == 1
    answer = await policed.police.get(f"/api/requests/{request}/replies?after=1")
    assert msgspec.json.decode(answer)["bundles"] == []


# -- duties ---------------------------------------------------------------------------


async def test_who_owes_an_outcome_is_suspended_by_the_hub_itself(
    policed: Policed,
) -> None:
    agency = await policed.join()
    request = await policed.ask()
    policed.town.clock.at += 6 * DAY + 30 * DAY - timedelta(seconds=1)
    await policed.town.hub.duties.run_once()
    assert (await kinds(policed))[-1] == "request-logged"
    policed.town.clock.at += timedelta(seconds=1)
    await policed.town.hub.duties.run_once()
    await policed.town.hub.duties.run_once()
    assert (await kinds(policed))[-2:] == ["overdue", "agency-suspended"]
    with pytest.raises(Refused, match="suspended"):
        await policed.police.ask(policed.request())
    with pytest.raises(Refused, match="still owes"):
        await policed.ann.restore(agency, "They called.")
    await policed.police.say(word(policed, Outcome, request, result="no-use"))
    assert not await policed.ann.restore(agency, "It is filed.")
    assert not await policed.bob.restore(agency, "It is filed!")
    assert await policed.bob.restore(agency, "It is filed.")
    await policed.police.ask(policed.request())


async def test_clips_that_are_not_deleted_suspend_too(policed: Policed) -> None:
    await policed.join()
    request = await policed.ask(retention_days=60)
    await policed.police.say(word(policed, Ending, request, how="resolved"))
    await policed.police.say(word(policed, Outcome, request, result="helped"))
    policed.town.clock.at += 60 * DAY
    await policed.town.hub.duties.run_once()
    assert (await kinds(policed))[-2:] == ["overdue", "agency-suspended"]


async def test_who_files_in_time_is_left_alone(policed: Policed) -> None:
    await policed.join()
    request = await policed.ask()
    await policed.police.say(word(policed, Ending, request, how="resolved"))
    outcome = word(policed, Outcome, request, result="helped")
    await policed.police.say(outcome)
    await policed.police.say(outcome)
    await policed.police.say(word(policed, Deletion, request, what="deleted"))
    policed.town.clock.at += 80 * DAY
    await policed.town.hub.duties.run_once()
    assert "overdue" not in await kinds(policed)


async def test_a_steward_suspends_with_a_public_reason(policed: Policed) -> None:
    agency = await policed.join()
    request = await policed.ask()
    path = f"/api/steward/agencies/{agency}/suspension"
    await policed.ann.send(path, {"reason": "terms", "fact": "Clips were aired."})
    assert (await policed.police.status(request))["state"] == "suspended"
    async with policed.town.hub.desk.database.read() as tx:
        register = await policed.town.hub.desk.log.register(tx)
    assert register.agencies[agency].standing is Standing.SUSPENDED


async def test_stewards_renew_an_agency_together(policed: Policed) -> None:
    agency = await policed.join()
    until = policed.town.clock().replace(microsecond=0) + 365 * DAY
    assert not await policed.ann.renew(agency, until - DAY)
    assert not await policed.bob.renew(agency, until)
    assert await policed.bob.renew(agency, until - DAY)
    assert not await policed.ann.renew(agency, until)  # bob's was for another present


async def test_an_old_approval_ends_no_new_suspension(policed: Policed) -> None:
    agency = await policed.join()
    path = f"/api/steward/agencies/{agency}/suspension"
    await policed.ann.send(path, {"reason": "terms", "fact": "Aired."})
    assert not await policed.ann.restore(agency, "They promised.")
    assert await policed.bob.restore(agency, "They promised.")
    await policed.ann.send(path, {"reason": "terms", "fact": "Aired again."})
    log, database = policed.town.hub.desk.log, policed.town.hub.desk.database
    old = next(
        entry
        for entry in map(read_entry, await log.entries(0, 1000))
        if isinstance(entry, AgencyRestored)
    )
    now = policed.town.clock().replace(microsecond=0)
    with pytest.raises(BadProof, match="something else"):
        async with database.write() as tx:
            await log.add(tx, msgspec.structs.replace(old, at=now))
    assert not await policed.bob.restore(agency, "They promised.")


async def test_the_rules_stand_in_the_log_when_homes_have_joined(
    policed: Policed,
) -> None:
    await policed.town.home()
    await policed.town.hub.duties.run_once()
    async with policed.town.hub.desk.database.read() as tx:
        rules = (await policed.town.hub.desk.log.register(tx)).rules
    assert (rules.households, rules.monthly) == (100, 1)
