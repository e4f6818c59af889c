"""A police station of a journey: three desks, a process for each thing that is done."""

import asyncio
import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from demo.agency import circle
from demo.steward import Steward
from demo.town import PLACE
from tests.journeys.programs import DeskProgram

WEEK_S = timedelta(days=7, minutes=2).total_seconds()
_CONTACT = "Milltown Police, +31 20 555 0199"
_HERE = (PLACE[1], PLACE[0])


class Station:
    """The desks of a root, an officer and a supervisor in folders of their own."""

    def __init__(self, folder: Path) -> None:
        passphrase = folder / "passphrase"
        passphrase.write_text("correct horse battery\n")
        self.folder = folder
        self.root, self.officer, self.supervisor = (
            DeskProgram(folder=folder / name, passphrase=passphrase)
            for name in ("root", "officer", "supervisor")
        )
        self.key_file = folder / "neighborcam-agency.json"

    async def found(self) -> None:
        """Make the root key, and a week ago the key file."""
        record = {
            "name": "Milltown Police",
            "domain": "police.example",
            "kind": "police",
            "contact": _CONTACT,
            "jurisdiction": msgspec.to_builtins(circle(*_HERE, 9000.0)),
        }
        (self.folder / "record.json").write_text(json.dumps(record))
        await self.root("root")
        then = dataclasses.replace(self.root, ago=WEEK_S)
        self.key_file.write_text(await then("record", str(self.folder / "record.json")))

    async def apply(
        self, hub: str, log: str, stewards: tuple[Steward, Steward]
    ) -> None:
        """Ask to join; two stewards look into it and say yes."""
        desks = (self.root, self.officer, self.supervisor)
        await asyncio.gather(*(each("init", hub, log) for each in desks))
        told = await self.root("apply", str(self.key_file))
        agency = told.split()[2].rstrip(":")
        await stewards[0].look_into(agency)
        for each in stewards:
            await each.approve_agency(agency)

    async def certify(self) -> None:
        """Let the root certify an officer's and a supervisor's key."""
        for desk, name in ((self.officer, "officer"), (self.supervisor, "supervisor")):
            wish = await desk.carried("wish", "key", name, f"Badge of the {name}")
            issued = await self.root.carried(f"{name}-certificate", "certify", wish)
            await desk("accept", issued)

    async def sign(self) -> str:
        """Let the officer sign a request, and the supervisor; return it as a link."""
        now = datetime.now(UTC).replace(microsecond=0)
        draft = {
            "case_ref": "2026-004711",
            "offence": "burglary",
            "necessity": "Two homes were broken into and no camera of the city saw it.",
            "tried": ["scene", "witnesses"],
            "area": msgspec.to_builtins(circle(*_HERE)),
            "window_start": (now - timedelta(minutes=50)).isoformat(),
            "window_end": (now - timedelta(minutes=10)).isoformat(),
            "what": "A van that left in a hurry, between the bakery and the school.",
            "contact": _CONTACT,
        }
        path = self.folder / "draft.json"
        path.write_text(json.dumps(draft))
        link = await self.officer("sign", str(path))
        return await self.supervisor("countersign", link)
