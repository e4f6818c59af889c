"""Nobody becomes a steward, or stops being one, by the word of one steward alone."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from demo.passkey import Passkey
from demo.steward import Refused, Steward
from neighborcam import cli
from neighborcam.hub.errors import NotFound
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.schema import APPROVALS, OFFICES, OPENINGS, SESSIONS
from neighborcam.protocol.entries import StewardAppointed, StewardLeft, read_entry
from tests.hub.conftest import Town
from tests.hub.test_openings import sealed_case, wish


async def register(town: Town, code: str, name: str) -> Steward:
    """Come by an invite's link, with a passkey of one's own."""
    settings = town.hub.desk.settings
    steward = Steward(settings.url, settings.hostname, name)
    try:
        said: dict[str, Any] = {"code": code, "name": name}
        options = await steward.ask("/api/steward/registration", said)
        said |= {"credential": steward.passkey.register(options)}
        await steward.ask("/api/steward/register", said)
    except BaseException:
        await steward.close()
        raise
    return steward


async def told(town: Town) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what the log says of offices."""
    entries = [read_entry(each) for each in await town.hub.desk.log.entries(0, 1000)]
    return [
        ("+" if isinstance(each, StewardAppointed) else "-", each.steward, each.by)
        for each in entries
        if isinstance(each, StewardAppointed | StewardLeft)
    ]


async def code_of(steward: Steward, name: str) -> str:
    return str((await steward.ask("/api/steward/stewards", {"name": name}))["code"])


async def agree(steward: Steward, name: str) -> None:
    (found,) = [
        each
        for each in await steward.get("/api/steward/offices")
        if each["name"] == name
    ]
    await steward.send(f"/api/steward/offices/{found['id']}/confirmation")


async def rows(town: Town, table: Any) -> int:
    async with town.hub.desk.database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(table)) or 0


async def close(*stewards: Steward) -> None:
    for each in stewards:
        await each.close()


async def test_two_appoint_a_steward_but_for_the_first_and_the_second(
    nodes: tuple[Town, Town],
) -> None:
    town, _ = nodes
    offices = town.hub.desk.offices
    printed = [await offices.invite() for _ in range(2)]  # it was started twice
    ann = await register(town, printed[0], "ann")
    with pytest.raises(Refused, match="wrong_code"):
        await register(town, printed[1], "eve")
    with pytest.raises(Refused, match="wrong_code"):
        await register(town, await offices.invite(), "eve")
    code = await code_of(ann, "bob")
    with pytest.raises(Refused, match="another name"):
        await register(town, code, "eve")
    bob = await register(town, code, "bob")  # there is nobody else who could agree
    with pytest.raises(Refused, match="wrong_code"):
        await register(town, code, "bob")
    code = await code_of(ann, "cem")
    with pytest.raises(Refused, match="has to confirm"):
        await register(town, code, "cem")
    with pytest.raises(Refused, match="another steward has to agree"):
        await agree(ann, "cem")
    await agree(bob, "cem")
    cem = await register(town, code, "cem")
    assert await told(town) == [
        ("+", "ann", ()),
        ("+", "bob", ("ann",)),
        ("+", "cem", ("ann", "bob")),
    ]
    with pytest.raises(Refused, match="has this name"):
        await code_of(ann, "cem")
    await close(ann, bob, cem)


async def test_two_others_remove_a_steward_with_all_that_it_had_begun(
    nodes: tuple[Town, Town],
) -> None:
    town, _ = nodes
    desk = town.hub.desk
    ann, bob, cem = [
        await Steward.appointed(town.hub, n) for n in ("ann", "bob", "cem")
    ]
    case, _household, shares = await sealed_case(town)
    await cem.ask(f"/api/steward/cases/{case}/shares", wish(shares[2]))
    code = await code_of(cem, "eve")
    await agree(ann, "eve")
    with pytest.raises(Refused, match="no such steward"):
        await ann.send("/api/steward/removals", {"name": "zoe"})
    await ann.send("/api/steward/removals", {"name": "cem"})
    for steward in (ann, cem):
        with pytest.raises(Refused, match="another steward has to agree"):
            await agree(steward, "cem")
    await agree(bob, "cem")
    assert (await told(town))[-1] == ("-", "cem", ("ann", "bob"))
    with pytest.raises(Refused, match="does not know the passkey"):
        await cem.log_in()
    for table, left in ((OPENINGS, 0), (APPROVALS, 0), (OFFICES, 0), (SESSIONS, 2)):
        assert await rows(town, table) == left
    with pytest.raises(Refused, match="wrong_code"):
        await register(town, code, "eve")
    # Whoever lost a passkey comes back with another one, under the same name.
    code = await code_of(ann, "cem")
    await agree(bob, "cem")
    cem.passkey = Passkey(desk.settings.hostname, desk.settings.url)
    again = await register(town, code, "cem")
    assert await again.get("/api/steward") == {"name": "cem"}
    await close(ann, bob, cem, again)


async def test_one_steward_never_removes_another_alone(town: Town) -> None:
    ann, bob = [await Steward.appointed(town.hub, name) for name in ("ann", "bob")]
    with pytest.raises(Refused, match="two others have to agree"):
        await ann.send("/api/steward/removals", {"name": "bob"})
    await bob.send("/api/steward/removals", {"name": "bob"})
    assert (await told(town))[-1] == ("-", "bob", ("bob",))
    with pytest.raises(Refused, match="appoint another first"):
        await ann.send("/api/steward/removals", {"name": "ann"})
    await close(ann, bob)


async def test_what_is_wanted_is_withdrawn_by_anybody_and_ends_in_a_week(
    town: Town,
) -> None:
    ann, bob, cem = [
        await Steward.appointed(town.hub, n) for n in ("ann", "bob", "cem")
    ]
    offices = town.hub.desk.offices
    code = await code_of(ann, "dee")
    await agree(bob, "dee")
    (found,) = await offices.waiting()
    await offices.withdraw(found.id)
    with pytest.raises(NotFound):
        await offices.withdraw(found.id)
    with pytest.raises(Refused, match="wrong_code"):
        await register(town, code, "dee")
    await ann.send("/api/steward/removals", {"name": "cem"})
    (found,) = await offices.waiting()
    town.clock.advance(days=7)
    with pytest.raises(NotFound):
        await offices.second(found.id, "bob")
    await town.hub.retention.run_once()
    assert await rows(town, OFFICES) == 0
    assert "cem" in await town.hub.desk.stewards.names()
    await close(ann, bob, cem)


async def test_who_runs_the_hub_ends_an_office_at_the_machine_in_public(
    town: Town, settings: HubSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    ann, bob = [await Steward.appointed(town.hub, name) for name in ("ann", "bob")]
    options = ["--data", str(settings.data_dir), "--url", settings.url]
    command = ["hub", "end-steward", *options, "--steward", "bob"]
    assert await asyncio.to_thread(cli.main, command) == 0
    assert "bob is a steward no more" in capsys.readouterr().out
    assert (await told(town))[-1] == ("-", "bob", ())
    with pytest.raises(Refused, match="does not know the passkey"):
        await bob.log_in()
    assert await asyncio.to_thread(cli.main, command) != 0
    assert await ann.get("/api/steward") == {"name": "ann"}
    await close(ann, bob)
