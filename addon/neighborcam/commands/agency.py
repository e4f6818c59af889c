"""`neighborcam agency`: the desk of an officer, a supervisor, or an agency's root."""

import argparse
import asyncio
import getpass
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from neighborcam.agency import ceremony, files
from neighborcam.agency.bundle import bundle
from neighborcam.agency.casebook import Casebook, DeskSettings
from neighborcam.agency.desk import Desk
from neighborcam.agency.drafts import Draft, request_of
from neighborcam.agency.errors import NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import NAME, Keyring
from neighborcam.agency.reminders import reminders
from neighborcam.commands.arguments import Commands
from neighborcam.protocol.agencies import IssuedCertificate, Role, SignedAgency
from neighborcam.protocol.areas import Area
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.request_wording import findings
from neighborcam.protocol.requests import SignedRequest

LINK: Final = "neighborcam-request:"

# Each action: what it needs beside the desk, and what it does.
ACTIONS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "init": (("HUB", "LOG-KEY"), "set up a desk for a hub, by the key of its log"),
    "root": ((), "make the agency's root key (on a machine without a network)"),
    "record": (("RECORD.json",), "sign the agency's record: its key file"),
    "apply": (("KEY-FILE",), "ask a hub to join it"),
    "key": (("ROLE", "NAME"), "make your own key; the root has to certify it"),
    "certify": (("KEY-REQUEST",), "certify somebody's key, by the root"),
    "accept": (("CERTIFICATE",), "keep the certificate of your key, and log it"),
    "revoke": (("SHA256",), "end a certificate, by the root"),
    "check": (("DRAFT.json",), "say what keeps a draft from being asked"),
    "sign": (("DRAFT.json",), "sign a request; prints a link for your supervisor"),
    "show": (("LINK",), "show what a link asks for"),
    "countersign": (("LINK",), "sign what an officer signed; prints a link"),
    "submit": (("LINK",), "send a request, signed by both, to the hub"),
    "list": ((), "list this desk's requests"),
    "watch": (("REQUEST",), "say where a request is"),
    "collect": (("REQUEST",), "fetch the rounds that are over"),
    "answers": (("REQUEST",), "list the answers"),
    "open": (("REQUEST", "ANSWER", "NUMBER"), "open a clip, and say where it is"),
    "copied": (("REQUEST", "ANSWER", "NUMBER"), "a clip was copied to evidence"),
    "ask": (("REQUEST", "ANSWER", "TEXT"), "ask somebody who answered"),
    "export": (("REQUEST", "ANSWER", "NUMBER", "FILE"), "write a bundle for a court"),
    "end": (("REQUEST", "HOW"), "end a request: resolved or withdrawn"),
    "outcome": (("REQUEST", "RESULT", "TEXT"), "file what came of it"),
    "delete": (("REQUEST",), "destroy clips and keys, and attest it"),
    "remind": ((), "say what is due"),
}


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "agency",
        help="ask a neighbourhood, as an agency",
        description="The desk of an agency. Keys and clips stay on this machine.",
    )
    parser.add_argument("action", choices=tuple(ACTIONS), help="see docs/cli.md")
    parser.add_argument("words", nargs="*", metavar="…", help="what the action needs")
    parser.add_argument(
        "--desk",
        type=Path,
        default=Path("desk"),
        metavar="DIR",
        help="the desk's folder (default: ./desk)",
    )
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="the passphrase of the keys; asked for without it",
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY",
        help="a witness of the hub's log (init); may be repeated",
    )
    parser.add_argument(
        "--quorum", type=int, default=0, help="how many of them are needed (init)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do one action."""
    wanted, _ = ACTIONS[options.action]
    if len(options.words) != len(wanted):
        raise NotNow(f"usage: neighborcam agency {options.action} {' '.join(wanted)}")
    session = _Session(options)
    said = _RUN[options.action](session, *options.words)
    if asyncio.iscoroutine(said):
        said = asyncio.run(said)
    if said:
        print(said)
    return 0


class _Session:
    """What actions share."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.book = Casebook(options.desk)
        self._ring: Keyring | None = None

    @property
    def ring(self) -> Keyring:
        """The keys, opened once; made at the first use."""
        if self._ring is None:
            folder: Path = self.options.desk
            is_new = not (folder / NAME).exists()
            passphrase = self._passphrase(is_new=is_new)
            make = Keyring.make if is_new else Keyring.open
            self._ring = make(folder, passphrase)
        return self._ring

    def _passphrase(self, *, is_new: bool) -> str:
        file: Path | None = self.options.passphrase_file
        if file is not None:
            return files.read(file).decode().strip()
        given = getpass.getpass("Passphrase of the keys: ")
        if is_new and getpass.getpass("Once more: ") != given:
            raise NotNow("these are two different passphrases")
        return given

    @property
    def client(self) -> HubClient:
        return HubClient(self.book.settings.hub)

    @property
    def desk(self) -> Desk:
        return Desk(self.book, self.ring, self.client, _now)

    # -- keys --------------------------------------------------------------------------

    def init(self, hub: str, log: str) -> str:
        settings = DeskSettings(
            hub=hub,
            log=log,
            witnesses=tuple(self.options.witness),
            quorum=self.options.quorum,
        )
        _ = settings.policy
        self.book.set_up(settings)
        return f"this desk asks by {hub}"

    def root(self) -> str:
        public = ceremony.make_root(self.ring)
        return f"the agency's root key is made: {public.hex()}"

    def record(self, path: str) -> str:
        said = files.read_json(Path(path), dict[str, Any])
        try:
            area = msgspec.convert(said.pop("jurisdiction"), Area)
            signed = ceremony.key_file(self.ring, jurisdiction=area, now=_now(), **said)
        except (KeyError, TypeError, msgspec.ValidationError) as problem:
            raise NotNow(f"{path}: {problem}") from None
        return encode(signed).decode()

    async def apply(self, path: str) -> str:
        signed = decode(files.read(Path(path)).strip(), SignedAgency)
        await self.client.post("/api/agencies", signed)
        return f"applied as {signed.agency.id}: its stewards look at it now"

    def key(self, role: str, name: str) -> str:
        if role not in tuple(Role):
            raise NotNow(f"a role is {' or '.join(Role)}")
        return encode(ceremony.make_own(self.ring, Role(role), name)).decode()

    def certify(self, path: str) -> str:
        wish = decode(files.read(Path(path)).strip(), ceremony.KeyRequest)
        return encode(ceremony.certify(self.ring, wish, _now())).decode()

    async def accept(self, path: str) -> str:
        issued = decode(files.read(Path(path)).strip(), IssuedCertificate)
        ceremony.accept(self.ring, issued)
        await self.client.post("/api/certificates", issued)
        return f"certificate {issued.sha256} is yours, and in the public log"

    async def revoke(self, sha256: str) -> str:
        signed = ceremony.end_certificate(self.ring, sha256, _now())
        await self.client.post("/api/revocations", signed)
        return "the certificate counts no more"

    # -- asking ------------------------------------------------------------------------

    async def check(self, path: str) -> str:
        draft = files.read_json(Path(path), Draft)
        request = request_of(draft, self.ring, self.desk.new_seal, _now())
        for each in findings(request):  # hints: only a person can tell
            print(f"{each.field}: “{each.words}”: {each.advice}", file=sys.stderr)
        return await self.desk.problems(request) or "it may be asked"

    async def sign(self, path: str) -> str:
        draft = files.read_json(Path(path), Draft)
        request = request_of(draft, self.ring, self.desk.new_seal, _now())
        return _link(await self.desk.sign(request))

    def show(self, link: str) -> str:
        signed = _signed(link)
        return msgspec.json.format(encode(signed.request)).decode()

    async def countersign(self, link: str) -> str:
        print(self.show(link), file=sys.stderr)
        return _link(await self.desk.countersign(_signed(link)))

    async def submit(self, link: str) -> str:
        return await self.desk.submit(_signed(link))

    def list(self) -> str:
        return "\n".join(
            f"{each.request.id}  {each.request.case_ref}  {each.request.offence}"
            for each in self.book.requests()
        )

    async def watch(self, request: str) -> str:
        status = await self.desk.status(request)
        due = [f"{what} due {when:%Y-%m-%d}" for what, when in status.due.items()]
        said = (status.state, status.reason, *due)
        return ", ".join(each for each in said if each)

    # -- answers -----------------------------------------------------------------------

    async def collect(self, request: str) -> str:
        homes, fresh = await self.desk.collect(request)
        return f"{homes} homes took part; {fresh} new answers"

    def answers(self, request: str) -> str:
        lines = []
        for kept in self.desk.answers(request):
            answer = kept.answer
            clips = ", ".join(each.state for each in kept.items)
            gone = " revoked" if kept.revoked else ""
            lines.append(f"{answer.id}  {answer.kind}{gone}  [{clips}]  {answer.text}")
        return "\n".join(lines)

    async def open(self, request: str, answer: str, number: str) -> str:
        return str(await self.desk.open(request, answer, _number(number)))

    async def copied(self, request: str, answer: str, number: str) -> None:
        await self.desk.copied(request, answer, _number(number))

    async def ask(self, request: str, answer: str, text: str) -> None:
        await self.desk.question(request, answer, text)

    async def export(self, request: str, answer: str, number: str, out: str) -> str:
        path = await self.desk.open(request, answer, _number(number))
        status = await self.desk.status(request)
        if status.entry is None or status.proof is None:
            raise NotNow("the request is not in the public log")
        kept = next(
            each for each in self.desk.answers(request) if each.answer.id == answer
        )
        data = bundle(
            kept.answer.items[_number(number)],
            files.read(path),
            entry=status.entry,
            proof=status.proof,
            settings=self.book.settings,
            custody=self.desk.custody,
        )
        files.write(Path(out), data)
        return f"{out} proves itself: neighborcam verify {out}"

    # -- the end -----------------------------------------------------------------------

    async def end(self, request: str, how: str) -> None:
        if how == "resolved":
            await self.desk.end(request, "resolved")
        elif how == "withdrawn":
            await self.desk.end(request, "withdrawn")
        else:
            raise NotNow("a request ends resolved or withdrawn")

    async def outcome(self, request: str, result: str, text: str) -> None:
        await self.desk.file_outcome(request, result, text)

    async def delete(self, request: str) -> str:
        await self.desk.delete(request)
        return "clips and keys are destroyed, and the hub has it in writing"

    async def remind(self) -> str:
        return "\n".join(await reminders(self.book, self.client, _now()))


_RUN: Final[dict[str, Callable[..., Any]]] = {
    name: getattr(_Session, name) for name in ACTIONS
}


def _now() -> datetime:
    return datetime.now(UTC)


def _number(text: str) -> int:
    """Return which clip of an answer is meant; people count from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise NotNow("clips of an answer are counted from 1")
    return int(text) - 1


def _link(signed: SignedRequest) -> str:
    return LINK + urlsafe_b64encode(encode(signed)).decode()


def _signed(link: str) -> SignedRequest:
    if not link.startswith(LINK):
        raise NotNow(f"a link begins with {LINK}")
    try:
        data = urlsafe_b64decode(link.removeprefix(LINK).encode("ascii"))
    except ValueError:
        raise InvalidMessage("the link is cut off or was changed") from None
    return decode(data, SignedRequest)
