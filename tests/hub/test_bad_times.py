"""What happens at the wrong time: a hub that is away, what ends while others send."""

from datetime import timedelta

import aiohttp
import msgspec
import pytest

from demo.steward import Refused, Steward
from neighborcam.engine.errors import HubRefused
from neighborcam.hub.app import Hub
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.agencies import Role
from neighborcam.protocol.answers import CapsulePost
from neighborcam.protocol.requests import Ending
from tests.hub.clock import Clock
from tests.hub.conftest import Town
from tests.hub.police import Policed, policed
from tests.hub.test_requests import DAY, capsule, kinds, post, word

__all__ = ["policed"]

MINUTES = timedelta(minutes=1)


async def test_a_hub_that_was_away_for_days_goes_on_where_it_should(
    policed: Policed,
    settings: HubSettings,
    clock: Clock,
    session: aiohttp.ClientSession,
) -> None:
    await policed.join()
    request, home = await policed.ask(), await policed.town.home()
    posted = await post(policed, home, request)
    missed = await home.token("capsule")
    await policed.town.hub.__aexit__()
    clock.at += 3 * DAY
    async with Hub(settings, clock=clock, per_minute=10_000) as hub:
        policed.town = Town(hub, clock, session)
        assert await policed.police.collect(request, 0, clock()) == [posted.capsule]
        assert await policed.police.collect(request, 1, clock()) == []
        with pytest.raises(HubRefused, match="not the present one"):
            await post(policed, home, request, 1)
        with pytest.raises(HubRefused, match="another day"):
            await post(policed, home, request, 3, token=missed)
        await post(policed, home, request, 3)
        clock.at += DAY + 6 * MINUTES
        assert len(await policed.police.collect(request, 3, clock())) == 1
    async with Hub(settings, clock=clock, per_minute=10_000) as hub:
        policed.town = Town(hub, clock, session)
        clock.at += 60 * DAY
        await hub.duties.run_once()  # what fell due while it was away
        assert "agency-suspended" in await kinds(policed)


async def test_what_was_posted_before_a_withdrawal_is_given_out_after_it(
    policed: Policed,
) -> None:
    await policed.join()
    request = await policed.ask()
    early, late, lost = [await policed.town.home() for _ in range(3)]
    await post(policed, early, request)
    policed.town.clock.at += 10 * MINUTES
    await policed.police.say(word(policed, Ending, request, how="withdrawn"))
    policed.town.clock.at += 4 * MINUTES
    await post(policed, late, request)  # it was on its way
    with pytest.raises(Refused, match="not over"):
        await policed.police.collect(request, 0, policed.town.clock())
    policed.town.clock.at += 2 * MINUTES
    with pytest.raises(HubRefused, match="is over") as refused:
        await post(policed, lost, request)
    assert refused.value.code == "conflict"
    found = await policed.police.collect(request, 0, policed.town.clock())
    assert len(found) == 2


async def test_a_capsule_for_what_never_was_is_refused(policed: Policed) -> None:
    await policed.join()
    request, home = await policed.ask(), await policed.town.home()
    made = CapsulePost(
        request="0" * 32,
        round=0,
        capsule=capsule(policed, request),
        token=await home.token("capsule"),
    )
    with pytest.raises(HubRefused, match="no such request"):
        await home.link.send("/api/capsules", made)


@pytest.mark.parametrize("role", list(Role))
async def test_who_signed_must_still_hold_when_a_steward_approves(
    policed: Policed, role: Role
) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    officer = getattr(policed.agency, role)
    revoked = policed.agency.revoked(officer, policed.town.clock())
    await policed.police.post("/api/revocations", revoked)
    with pytest.raises(Refused, match="revoked") as refused:
        await policed.ann.approve(signed.sha256)
    assert refused.value.code == "bad_signature"
    assert "request-logged" not in await kinds(policed)


async def test_a_certificate_that_ran_out_meanwhile_counts_no_more(
    policed: Policed,
) -> None:
    await policed.join()
    agency = policed.agency
    agency.officer = agency.certified(Role.OFFICER, "Badge 9", days=1)
    await policed.police.certify(agency.officer)
    signed = policed.request()
    await policed.police.ask(signed)
    policed.town.clock.at += DAY
    with pytest.raises(Refused, match="not of this time"):
        await policed.ann.approve(signed.sha256)


async def test_nobody_approves_what_has_expired(policed: Policed) -> None:
    await policed.join()
    now = policed.town.clock().replace(microsecond=0)
    signed = policed.request(expires=now + timedelta(hours=5))
    await policed.police.ask(signed)
    policed.town.clock.at += timedelta(hours=5)
    with pytest.raises(Refused, match="has expired") as refused:
        await policed.ann.approve(signed.sha256)
    assert refused.value.code == "outside_limits"


async def test_nobody_approves_for_an_agency_that_was_suspended_meanwhile(
    policed: Policed,
) -> None:
    agency = await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    path = f"/api/steward/agencies/{agency}/suspension"
    await policed.ann.send(path, {"reason": "complaints", "fact": "Two were upheld."})
    with pytest.raises(Refused, match="it is suspended"):
        await policed.bob.approve(signed.sha256)


async def test_a_second_approval_of_what_is_open_is_refused(policed: Policed) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    assert await policed.ann.approve(signed.sha256)
    with pytest.raises(Refused, match="decided") as refused:
        await policed.bob.approve(signed.sha256)
    assert refused.value.code == "conflict"
    assert (await kinds(policed)).count("request-logged") == 1


async def test_a_stranger_s_passkey_approves_nothing(policed: Policed) -> None:
    await policed.join()
    signed = policed.request()
    await policed.police.ask(signed)
    town = policed.town
    stranger = Steward(town.url, town.hub.desk.settings.hostname, "eve")
    path = f"/api/steward/requests/{signed.sha256}/approval"
    with pytest.raises(Refused):
        await stranger.ask(path, {"credential": {}})
    await stranger.close()
    replayed = await policed.ann.signs("request", bytes(32))
    with pytest.raises(Refused, match="something else") as refused:
        await policed.ann.ask(path, {"credential": replayed})
    assert refused.value.code == "bad_signature"
    assert msgspec.json.decode(await policed.police.get("/api/agencies"))
