"""A hub's own limits: from a file, into the public log, and only then in force."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from demo.agency import circle
from demo.steward import Refused
from neighborcam import cli
from neighborcam.hub.doctor import examine
from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.rules_file import OwnRules, load_rules
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.agencies import sign_agency
from neighborcam.protocol.agency_entries import RulesSet
from neighborcam.protocol.entries import read_entry
from neighborcam.protocol.request_limits import RequestRules
from tests.architecture.documents import document
from tests.hub.police import Policed, policed

__all__ = ["policed"]

OWN = """
area_km2 = 0.2
window_hours = 1
monthly = 5
kinds = ["police", "federal"]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "rules.toml"
    file.write_text(text)
    return file


@pytest.fixture
def settings(settings: HubSettings, tmp_path: Path) -> HubSettings:
    """Settings with the neighbourhood's own rules."""
    return replace(settings, rules=load_rules(written(tmp_path, OWN)))


async def logged(policed: Policed) -> list[RequestRules]:
    entries = map(read_entry, await policed.town.hub.desk.log.entries(0, 1000))
    return [each.rules for each in entries if isinstance(each, RulesSet)]


async def test_own_rules_are_logged_once_and_then_hold(policed: Policed) -> None:
    await policed.town.hub.duties.run_once()
    await policed.town.hub.duties.run_once()
    (rules,) = await logged(policed)
    assert (rules.area_km2, rules.window_hours, rules.monthly) == (0.2, 1.0, 1)
    await policed.join()
    wide = circle(*policed.agency.place, 265.0)
    with pytest.raises(Refused, match=r"at most 0\.2 km²") as refused:
        await policed.police.ask(policed.request(area=wide))
    assert refused.value.code == "outside_limits"


async def test_other_bodies_join_where_the_rules_name_them(policed: Policed) -> None:
    await policed.town.hub.duties.run_once()
    agency = policed.agency
    for kind, is_taken in (("federal", True), ("rescue", False)):
        record = msgspec.structs.replace(agency.record, kind=kind)
        signed = sign_agency(record, agency.root)
        if is_taken:
            await policed.police.post("/api/agencies", signed)
            continue
        with pytest.raises(Refused, match="takes no rescue bodies"):
            await policed.police.post("/api/agencies", signed)


async def test_doctor_tells_what_rules_do_not_fit(policed: Policed) -> None:
    settings = policed.town.hub.desk.settings
    await policed.town.hub.duties.run_once()
    assert not [each for each in await examine(settings) if "rules" in each]
    await policed.announce()
    rescue = RequestRules(kinds=("rescue",))
    other = replace(settings, rules=OwnRules(rules=rescue))
    told = "\n".join(await examine(other))
    assert "start the hub" in told
    async with policed.town.hub.desk.database.write() as tx:
        now = policed.town.clock().replace(microsecond=0)
        await policed.town.hub.desk.log.add(tx, RulesSet(at=now, rules=rescue))
    told = "\n".join(await examine(other))
    assert "no bodies like Milltown Police" in told


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("area_km2 = 0.6", "area_km2"),
        ("area_km2 = 0.1", "no area fits"),
        ("window_hours = 7", "window_hours"),
        ("households = 5000", "counts households itself"),
        ("colour = 1", "colour"),
        ('kinds = ["army"]', "kinds"),
        ("monthly = 0", "monthly"),
        ("area_km2 =", "no TOML"),
    ],
)
def test_rules_that_no_hub_may_have_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(StorageFailed, match=problem):
        load_rules(file)
    assert cli.main(["hub", "doctor", "--rules", str(file)]) == 1
    assert problem in capsys.readouterr().err
    with pytest.raises(StorageFailed, match="cannot be read"):
        load_rules(tmp_path / "nowhere.toml")


def test_a_month_is_what_was_set_and_never_more_than_the_wire_allows() -> None:
    assert OwnRules().of(10_000).monthly == 24
    assert OwnRules(monthly=5).of(10_000).monthly == 5
    assert OwnRules(monthly=50).of(400).monthly == 1


def test_the_example_in_the_docs_is_the_defaults_with_all_names(tmp_path: Path) -> None:
    section = document("docs/hub.md").section("Own rules")
    text = section.partition("```toml\n")[2].partition("```")[0]
    own = load_rules(written(tmp_path, text))
    assert own.monthly == 12
    assert own.of(0) == RequestRules()
    names = {line.partition(" =")[0] for line in text.splitlines()}
    assert names == {*RequestRules.__struct_fields__} - {"households"}
