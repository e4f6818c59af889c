"""Alerts of agencies at a real hub: nobody sees one before a steward and the log."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from lxml import etree

from demo.agency import MakeBelieveAgency
from demo.agency_client import AgencyClient
from demo.steward import Refused
from neighborcam.engine.errors import HubRefused
from neighborcam.hub.statistics import statistics
from neighborcam.protocol.agencies import Role
from neighborcam.protocol.agency_alerts import SignedAlert
from neighborcam.protocol.agency_entries import AgencyAlertLogged, AgencySuspended
from neighborcam.protocol.alerts import Alert, ReactionKind
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.cells import publish_cell
from neighborcam.protocol.entries import read_entry
from neighborcam.protocol.feed import Published, Withdrawn
from neighborcam.protocol.signing import sign
from tests.hub.police import Policed, policed

__all__ = ["policed"]

SCHEMA = etree.XMLSchema(
    etree.parse(Path(__file__).parent / "feeds" / "cap-1.2.xsd"),
)


async def send(policed: Policed, signed: SignedAlert) -> str:
    data = await policed.police.post("/api/agency-alerts", signed)
    return str(msgspec.json.decode(data)["standing"])


async def warn(policed: Policed, **changes: Any) -> Alert:
    """Have an alert approved and shown."""
    now = policed.town.clock()
    signed = policed.agency.warn(policed.agency.alert(now, **changes))
    assert await send(policed, signed) == "review"
    await policed.ann.approve_alert(signed.sha256)
    return signed.alert


async def entries(policed: Policed) -> list[Any]:
    data = await policed.town.hub.desk.log.entries(0, 1000)
    return [msgspec.json.decode(each) for each in data]


async def kinds(policed: Policed) -> list[str]:
    found = [each["type"] for each in await entries(policed)]
    return [each for each in found if each.startswith("agency-alert")]


async def geojson(policed: Policed) -> list[Any]:
    answer = await policed.town.get("/feeds/alerts.geojson")
    return [
        each["properties"]
        for each in (await answer.json(content_type=None))["features"]
    ]


async def test_nobody_sees_it_before_a_steward_and_then_all_read_who_says_it(
    policed: Policed,
) -> None:
    await policed.join()
    signed = policed.agency.warn(policed.agency.alert(policed.town.clock()))
    id_ = signed.alert.id
    assert await send(policed, signed) == "review"
    assert await send(policed, signed) == "review"  # the same again
    assert await kinds(policed) == []
    assert await geojson(policed) == []
    assert (await policed.town.get(f"/api/alerts/{id_}")).status == 404
    (waits,) = await policed.ann.get("/api/steward/agency-alerts")
    assert (waits["agency"], waits["sha256"]) == ("Milltown Police", signed.sha256)
    assert (waits["context"]["today"], waits["context"]["most"]) == (0, 3)
    await policed.ann.approve_alert(signed.sha256)
    assert await policed.ann.get("/api/steward/agency-alerts") == []
    (entry,) = (e for e in await entries(policed) if e["type"] == "agency-alert-logged")
    assert entry["alert"]["alert"]["text"] == signed.alert.text
    assert [each["steward"] for each in entry["approvals"]] == ["ann"]
    (shown,) = await geojson(policed)
    assert (shown["agency"], shown["origin"]) == ("Milltown Police", "agency")
    assert shown["title"] == "Milltown Police: Gas leak: Gas leak near the mill"
    status = msgspec.json.decode(await policed.police.get(f"/api/agency-alerts/{id_}"))
    assert status["standing"] == "shown"
    (logged,) = await policed.town.hub.desk.log.entries(status["index"], 1)
    assert isinstance(read_entry(logged), AgencyAlertLogged)
    assert await send(policed, signed) == "shown"
    assert await kinds(policed) == ["agency-alert-logged"]


async def test_its_cap_document_is_valid_and_from_the_agency(policed: Policed) -> None:
    await policed.join()
    first = await warn(policed)
    update = policed.agency.warn(policed.agency.version(first, text="It spreads."))
    await send(policed, update)
    await policed.bob.approve_alert(update.sha256)
    answer = await policed.town.get(f"/feeds/{update.alert.id}.cap")
    document = etree.fromstring(await answer.read())
    SCHEMA.assertValid(document)
    space = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}
    assert document.findtext("cap:sender", None, space) == "police.example"
    assert document.findtext("cap:info/cap:senderName", None, space) == (
        "Milltown Police"
    )
    references = document.findtext("cap:references", None, space)
    assert references is not None
    assert references.startswith(f"police.example,{first.id},")
    for feed in ("georss", "atom"):
        text = await (await policed.town.get(f"/feeds/alerts.{feed}")).text()
        assert "Milltown Police: Gas leak" in text


async def test_a_cancel_waits_for_nobody_and_reaches_as_far(policed: Policed) -> None:
    await policed.join()
    alert = await warn(policed)
    colleague = policed.agency.certified(Role.OFFICER, "Badge 9")
    await policed.police.certify(colleague)
    cancel = policed.agency.warn(policed.agency.cancel(alert), colleague)
    assert await send(policed, cancel) == "shown"
    assert await geojson(policed) == []  # the all-clear took it away
    event = await (await policed.town.get(f"/api/alerts/{cancel.alert.id}")).json(
        content_type=None
    )
    assert event["alert"]["msgType"] == "cancel"
    assert event["alert"]["scope"] == "public"
    assert await kinds(policed) == ["agency-alert-logged"] * 2


async def test_what_waits_is_taken_back_without_a_trace(policed: Policed) -> None:
    await policed.join()
    signed = policed.agency.warn(policed.agency.alert(policed.town.clock()))
    await send(policed, signed)
    cancel = policed.agency.warn(policed.agency.cancel(signed.alert))
    assert [await send(policed, cancel) for _ in range(2)] == ["gone", "gone"]
    assert await kinds(policed) == []
    with pytest.raises(Refused, match="decided"):
        await policed.ann.approve_alert(signed.sha256)


async def test_a_stranger_takes_nothing_back(
    policed: Policed, session: aiohttp.ClientSession
) -> None:
    await policed.join()
    alert = await warn(policed)
    waits = policed.agency.warn(policed.agency.alert(policed.town.clock()))
    await send(policed, waits)
    other = MakeBelieveAgency(now=policed.town.clock(), place=policed.agency.place)
    stranger = AgencyClient(other, session, policed.town.url)
    for each in (alert, waits.alert):
        forged = other.cancel(each, agency=other.record.id)
        with pytest.raises(Refused, match="no such agency"):
            await stranger.post("/api/agency-alerts", other.warn(forged))
    assert len(await geojson(policed)) == 1


async def test_a_member_cannot_write_versions_of_it_even_with_the_officer_s_key(
    policed: Policed,
) -> None:
    """A stolen or careless officer is no way around the stewards."""
    await policed.join()
    alert = await warn(policed)
    home = await policed.town.home()
    made = home.version(alert, origin="person", agency=None, text="Send us tips.")
    made = msgspec.convert(msgspec.to_builtins(made), Alert)
    sig = sign(policed.agency.officer.key, "alert", encode(made))
    post = msgspec.structs.replace(
        home.signed(home.alert()), alert=made, sig=sig, token=await home.token()
    )
    with pytest.raises(HubRefused) as refused:
        await home.send(post)
    assert refused.value.code == "wrong_author"


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("asks homes for nothing", {"text": "Please send us your doorbell's footage."}),
    ("house number", {"text": "It burns at 12 Mill Lane."}),
    ("jurisdiction", {"cell": publish_cell(52.3702, 4.8952, None)}),
    ("no census", {"cell": publish_cell(52.5172, 13.3751, lambda _cell: True)}),
    ("at most 24 hours", {"expires": timedelta(hours=25)}),
    ("warns of no theft", {"category": "theft"}),
    ("is public", {"scope": "region"}),
]


@pytest.mark.parametrize(("match", "changes"), REFUSED)
async def test_what_an_agency_may_not_say_never_waits(
    policed: Policed, match: str, changes: dict[str, Any]
) -> None:
    await policed.join()
    now = policed.town.clock().replace(microsecond=0)
    alert = policed.agency.alert(now)
    if "expires" in changes:
        changes = {"expires": now + changes["expires"]}
    alert = msgspec.convert(
        msgspec.to_builtins(alert)
        | {name: msgspec.to_builtins(value) for name, value in changes.items()},
        Alert,
    )
    with pytest.raises(Refused, match=match):
        await send(policed, policed.agency.warn(alert))
    assert await policed.ann.get("/api/steward/agency-alerts") == []


async def test_who_is_announced_or_suspended_may_not_warn_but_cancel(
    policed: Policed,
) -> None:
    await policed.announce()
    agency, now = policed.agency, policed.town.clock()
    with pytest.raises(Refused, match="it is announced"):
        await send(policed, agency.warn(agency.alert(now)))
    policed.town.clock.at += timedelta(days=7)
    await policed.town.hub.duties.run_once()
    await policed.police.certify()
    alert = await warn(policed)
    waits = agency.warn(agency.alert(policed.town.clock()))
    await send(policed, waits)
    suspended = AgencySuspended(
        at=policed.town.clock().replace(microsecond=0),
        agency=agency.record.id,
        reason="complaints",
        steward="ann",
    )
    await policed.town.hub.desk.agencies.suspend(suspended)
    with pytest.raises(Refused, match="it is suspended"):
        await policed.ann.approve_alert(waits.sha256)
    assert await send(policed, agency.warn(agency.cancel(alert))) == "shown"


async def test_a_steward_who_is_close_to_the_agency_approves_nothing(
    policed: Policed,
) -> None:
    agency = await policed.join()
    await policed.ann.send(f"/api/steward/agencies/{agency}/interest")
    signed = policed.agency.warn(policed.agency.alert(policed.town.clock()))
    await send(policed, signed)
    with pytest.raises(Refused, match="close to this agency"):
        await policed.ann.approve_alert(signed.sha256)
    await policed.bob.approve_alert(signed.sha256)


async def test_what_is_refused_or_came_too_late_is_counted_without_its_text(
    policed: Policed,
) -> None:
    agency = await policed.join()
    await warn(policed)
    signed = policed.agency.warn(policed.agency.alert(policed.town.clock()))
    await send(policed, signed)
    await policed.ann.refuse_alert(signed.sha256, "no rumours", "Nothing is known.")
    late = policed.agency.warn(policed.agency.alert(policed.town.clock()))
    await send(policed, late)
    policed.town.clock.at += timedelta(hours=7)
    await policed.town.hub.duties.run_once()
    logged = await entries(policed)
    refused = [each for each in logged if each["type"] == "agency-alert-refused"]
    assert [(e["steward"], e["category"]) for e in refused] == [
        ("ann", "gas"),
        ("", "gas"),
    ]
    assert "text" not in msgspec.json.encode(refused).decode()
    data = await policed.town.hub.desk.log.entries(0, 1000)
    found = statistics(data)
    numbers = found.agencies[agency]
    assert (numbers.alerts, numbers.alerts_cancelled, numbers.alerts_refused) == (
        1,
        0,
        2,
    )
    assert found.agency_alerts == {"gas": 1}
    status = await policed.police.get(f"/api/agency-alerts/{signed.alert.id}")
    assert msgspec.json.decode(status)["reason"] == "no rumours: Nothing is known."


async def published(policed: Policed, alert: Alert) -> Published | None:
    answer = await policed.town.get(f"/api/alerts/{alert.id}")
    found: Published | Withdrawn = msgspec.json.decode(
        await answer.read(), type=Published | Withdrawn
    )
    return found if isinstance(found, Published) else None


async def test_neighbours_say_to_it_what_they_say_to_others(policed: Policed) -> None:
    await policed.join()
    alert = await warn(policed)
    homes = [await policed.town.home() for _ in range(4)]
    event = await published(policed, alert)
    assert event is not None
    await homes[0].comment(alert, "I smell it too")
    await homes[0].vote(alert, ReactionKind.THAT_WAS_ME, event.vote_key)
    event = await published(policed, alert)
    assert event is not None, "that was me hides pictures, and there is none"
    assert event.comments == 1
    for home in homes[1:]:
        await home.vote(alert, ReactionKind.NOT_SO, event.vote_key)
    (case,) = await policed.ann.get("/api/steward/cases")
    assert (case["opened_by"], case["alert"]["agency"]) == ("dispute", alert.agency)
    answer = await policed.town.get(f"/api/alerts/{alert.id}")
    assert answer.status == 404, "hidden until a steward has looked"
