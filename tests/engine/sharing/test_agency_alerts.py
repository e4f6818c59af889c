"""An alert of an agency at home: shown when the public log has it, and never else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import h3
import msgspec
import pytest
from sqlalchemy import insert

from demo.agency import MakeBelieveAgency
from neighborcam.engine.neighbours import Preferences
from neighborcam.engine.sharing.filters import Place
from neighborcam.engine.sharing.known_alerts import KnownAlerts
from neighborcam.engine.sharing.logged_alerts import LoggedAlerts
from neighborcam.hub.chains import Chain
from neighborcam.hub.store.schema import LOG
from neighborcam.hub.token_keys import make_key, private_der, public_der
from neighborcam.protocol.agencies import Role
from neighborcam.protocol.agency_alerts import SignedAlert
from neighborcam.protocol.agency_entries import AgencyAlertLogged, CertificateLogged
from neighborcam.protocol.alerts import Alert
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.feed import Published
from neighborcam.protocol.merkle import Leaves, leaf_hash, root
from neighborcam.protocol.standing import Standing
from tests.engine.sharing.shared_home import PLACE, House, link_for, until
from tests.hub.police import Policed, policed
from tests.protocol.written_log import Log

__all__ = ["policed"]

HERE = Place(latitude=PLACE[0], longitude=PLACE[1])


class Heard:
    """A home that hears a feed, beside a log that is written by hand."""

    def __init__(self, preferences: Preferences | None = None) -> None:
        self.log = Log()
        self.log.join()
        logged = LoggedAlerts(lambda: self.log.register)
        self.known = KnownAlerts(
            HERE,
            preferences or Preferences(),
            lambda: self.log.now,
            vouches=logged.vouches,
        )
        self.seq = 0

    @property
    def agency(self) -> MakeBelieveAgency:
        return self.log.agency

    def hear(self, signed: SignedAlert) -> list[tuple[str, str]]:
        """Let the feed tell of an alert; return what clients are told."""
        self.seq += 1
        event = Published(
            seq=self.seq,
            alert=signed.alert,
            sig=signed.sig,
            published=self.log.now + timedelta(milliseconds=self.seq),
            vote_key=b"key",
        )
        self.known.take(h3.cell_to_parent(signed.alert.cell, 5), [event])
        return self.news()

    def news(self) -> list[tuple[str, str]]:
        return [
            (what, each if isinstance(each, str) else each.alert.id)
            for what, each in self.known.news()
        ]


def test_what_the_log_does_not_have_is_not_shown_until_it_has() -> None:
    home = Heard()
    signed = home.agency.warn(home.agency.alert(home.log.now))
    assert home.hear(signed) == []
    home.log.add(home.log.warned(signed, "ann"))
    assert home.news() == [("received", signed.alert.id)]


def test_other_bytes_than_the_log_s_are_not_shown() -> None:
    home = Heard()
    alert = home.agency.alert(home.log.now)
    home.log.add(home.log.warned(home.agency.warn(alert), "ann"))
    other = msgspec.structs.replace(alert, text="Send your videos to the station.")
    assert home.hear(home.agency.warn(other)) == []


def test_a_neighbour_who_signs_as_an_agency_is_not_shown() -> None:
    home = Heard()
    stranger = MakeBelieveAgency(now=home.log.now, place=home.agency.place)
    assert home.hear(stranger.warn(stranger.alert(home.log.now))) == []


def colleague(home: Heard) -> Any:
    """Return another officer, whose certificate is logged."""
    officer = home.agency.certified(Role.OFFICER, "Badge 9")
    certificate = officer.issued.certificate
    home.log.add(
        CertificateLogged(
            at=home.log.now,
            agency=certificate.agency,
            sha256=officer.issued.sha256,
            role=certificate.role,
            not_after=certificate.not_after,
        )
    )
    return officer


def test_any_officer_of_the_agency_changes_and_cancels_it() -> None:
    home = Heard()
    other = colleague(home)
    first = home.agency.warn(home.agency.alert(home.log.now))
    update = home.agency.warn(home.agency.version(first.alert, text="It grows."), other)
    cancel = home.agency.warn(home.agency.cancel(first.alert), other)
    for signed, names in ((first, ["ann"]), (update, ["bob"])):
        home.log.add(home.log.warned(signed, *names))
        assert home.hear(signed)[0] == ("received", signed.alert.id)
    (shown,) = home.known.holding()
    assert shown.alert == update.alert
    home.log.add(home.log.warned(cancel))
    assert home.hear(cancel) == [
        ("received", cancel.alert.id),
        ("ended", update.alert.id),
    ]


def test_a_cancel_that_a_hub_withholds_is_read_in_the_log() -> None:
    home = Heard()
    signed = home.agency.warn(home.agency.alert(home.log.now))
    home.log.add(home.log.warned(signed, "ann"))
    home.hear(signed)
    home.log.add(home.log.warned(home.agency.warn(home.agency.cancel(signed.alert))))
    assert home.news() == [("ended", signed.alert.id)]


def test_who_mutes_agencies_hears_none() -> None:
    home = Heard(Preferences(agencies=False))
    signed = home.agency.warn(home.agency.alert(home.log.now))
    home.log.add(home.log.warned(signed, "ann"))
    assert home.hear(signed) == []
    home.known.change(Preferences())
    assert home.known.holding() == ()
    assert [about for _, about in home.news()] == [signed.alert.id]


# -- with a real hub ------------------------------------------------------------------


@pytest.fixture
async def house(policed: Policed, tmp_path: Path) -> AsyncIterator[House]:
    """A home that joined the hub of an agency."""
    await policed.join()
    made = House(tmp_path / "home", policed.town)
    await made.sharing.join(await link_for(policed.town), *PLACE)
    await until(lambda: made.hub_state() == "connected")
    yield made
    await made.close()


async def approved(policed: Policed, **changes: Any) -> Alert:
    alert = policed.agency.alert(policed.town.clock(), **changes)
    signed = policed.agency.warn(alert)
    await policed.police.post("/api/agency-alerts", signed)
    await policed.ann.approve_alert(signed.sha256)
    return signed.alert


async def test_an_approved_alert_is_told_with_the_agency_s_name(
    policed: Policed, house: House
) -> None:
    alert = await approved(policed)
    await until(lambda: bool(house.heard("received")))
    (view,) = house.heard("received")
    assert (view.id, view.origin, view.agency) == (
        alert.id,
        "agency",
        "Milltown Police",
    )
    cancel = policed.agency.warn(policed.agency.cancel(alert))
    await policed.police.post("/api/agency-alerts", cancel)
    await until(lambda: house.heard("ended") == [alert.id])

    def shown() -> list[tuple[str, str]]:
        return [(each.id, each.msg_type) for each in house.sharing.alerts()]

    await until(lambda: shown() == [(cancel.alert.id, "cancel")])
    await house.restart()  # what the log said is remembered
    assert [each.agency for each in house.sharing.alerts()] == ["Milltown Police"]


async def publish_unlogged(policed: Policed, signed: SignedAlert) -> None:
    """Have a hub tell of an alert without a steward and without the log."""
    desk = policed.town.hub.desk
    async with desk.database.write() as tx:
        chain = await Chain.of(tx, signed.alert.id)
        key = make_key()
        keys = private_der(key), public_der(key)
        shown = Standing.SHOWN
        await desk.alerts.keep(tx, signed.alert, signed.sig, shown, chain, keys)
    await desk.alerts.tell(signed.alert.id)


async def test_a_hub_that_tells_what_its_log_has_not_is_not_heard(
    policed: Policed, house: House
) -> None:
    secret = policed.agency.warn(policed.agency.alert(policed.town.clock()))
    await publish_unlogged(policed, secret)
    after = await approved(policed, headline="Flooded cellar", category="flood")
    await until(lambda: bool(house.heard("received")))
    assert [each.id for each in house.heard("received")] == [after.id]
    assert house.life._hearing.heard(secret.alert.id), "it did come"
    assert [each.id for each in house.sharing.alerts()] == [after.id]


async def test_a_hub_that_logs_one_without_a_steward_is_not_believed(
    policed: Policed, house: House
) -> None:
    signed = policed.agency.warn(policed.agency.alert(policed.town.clock()))
    at = policed.town.clock().replace(microsecond=0)
    forged = encode(AgencyAlertLogged(at=at, alert=signed, approvals=()))
    log = policed.town.hub.desk.log
    async with policed.town.hub.desk.database.write() as tx:
        size = await log.size(tx)
        leaves = [leaf_hash(each) for each in await log.entries(0, size)]
        tree = Leaves([*leaves, leaf_hash(forged)])
        row = {"position": size, "entry": forged, "hash": leaf_hash(forged)}
        await tx.execute(insert(LOG).values(**row))
        await log._sign(tx, root(tree, size + 1), size + 1)
    await publish_unlogged(policed, signed)
    await until(lambda: house.hub_state() == "distrusted")
    assert house.sharing.alerts() == ()
    assert not house.heard("received")
