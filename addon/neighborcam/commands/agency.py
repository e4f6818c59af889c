"""`neighborcam agency`: the desk of an officer, a supervisor, or an agency's root."""

import argparse
import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from neighborcam.agency.errors import InvalidInput
from neighborcam.commands import desk_alerts as alerts
from neighborcam.commands import desk_cases as cases
from neighborcam.commands import desk_keys as keys
from neighborcam.commands import desk_page
from neighborcam.commands.arguments import Commands, port
from neighborcam.commands.desk_session import Session


@dataclass(frozen=True, kw_only=True)
class Action:
    """What an action needs beside the desk, and what it does. Words in [] may lack."""

    words: tuple[str, ...] = ()
    what: str
    run: Callable[..., Any]

    @property
    def least(self) -> int:
        """How many words it needs at least."""
        return sum(not each.startswith("[") for each in self.words)


_CLIP: Final = ("REQUEST", "ANSWER", "NUMBER")

ACTIONS: Final[dict[str, Action]] = {
    "serve": Action(what="run the desk's page on this machine", run=desk_page.serve),
    "init": Action(
        words=("HUB", "LOG-KEY"),
        what="set up a desk for a hub, by the key of its log",
        run=keys.init,
    ),
    "root": Action(
        what="make the agency's root key (on a machine without a network)",
        run=keys.root,
    ),
    "record": Action(
        words=("RECORD.json",),
        what="sign the agency's record: its key file",
        run=keys.record,
    ),
    "apply": Action(words=("KEY-FILE",), what="ask a hub to join it", run=keys.apply),
    "key": Action(
        words=("ROLE", "NAME"),
        what="make your own key, or the next one; the root has to certify it",
        run=keys.key,
    ),
    "drop-key": Action(what="forget a key that waits for the root", run=keys.drop_key),
    "certify": Action(
        words=("KEY-REQUEST",),
        what="certify somebody's key, by the root",
        run=keys.certify,
    ),
    "accept": Action(
        words=("CERTIFICATE",),
        what="use your certified key from now on, and log its certificate",
        run=keys.accept,
    ),
    "revoke": Action(
        words=("SHA256",),
        what="end a certificate, by the root; prints what a desk publishes",
        run=keys.revoke,
    ),
    "publish": Action(
        words=("REVOCATION",), what="have a revocation logged", run=keys.publish
    ),
    "passphrase": Action(
        what="lock the keys with another passphrase", run=keys.passphrase
    ),
    "check": Action(
        words=("DRAFT.json",),
        what="say what keeps a draft from being asked",
        run=cases.check,
    ),
    "sign": Action(
        words=("DRAFT.json",),
        what="sign a request; prints a link for your supervisor",
        run=cases.sign,
    ),
    "show": Action(words=("LINK",), what="show what a link asks for", run=cases.show),
    "countersign": Action(
        words=("LINK",),
        what="check and sign what an officer signed; prints a link",
        run=cases.countersign,
    ),
    "submit": Action(
        words=("LINK",),
        what="send a request, signed by both, to the hub",
        run=cases.submit,
    ),
    "alert": Action(
        words=("WHAT", "[WORD]", "[WORD]"),
        what="warn a neighbourhood: check, send, update, cancel, again, list",
        run=alerts.alert,
    ),
    "list": Action(what="list this desk's requests", run=cases.list_requests),
    "watch": Action(words=("REQUEST",), what="say where a request is", run=cases.watch),
    "collect": Action(
        words=("REQUEST",), what="fetch the rounds that are over", run=cases.collect
    ),
    "answers": Action(words=("REQUEST",), what="list the answers", run=cases.answers),
    "open": Action(
        words=_CLIP,
        what="open a clip and check it; it stays sealed on the disk",
        run=cases.open_clip,
    ),
    "save": Action(
        words=(*_CLIP, "FILE"),
        what="copy a clip out of the desk, as a plain file",
        run=cases.save,
    ),
    "copied": Action(
        words=_CLIP, what="a clip was copied to evidence", run=cases.copied
    ),
    "ask": Action(
        words=("REQUEST", "ANSWER", "TEXT"),
        what="ask somebody who answered",
        run=cases.ask,
    ),
    "export": Action(
        words=(*_CLIP, "FILE"), what="write a bundle for a court", run=cases.export
    ),
    "custody": Action(
        words=("REQUEST",),
        what="show what was done with its evidence",
        run=cases.custody,
    ),
    "end": Action(
        words=("REQUEST", "HOW"),
        what="end a request: resolved or withdrawn",
        run=cases.end,
    ),
    "outcome": Action(
        words=("REQUEST", "RESULT", "[TEXT]"),
        what="file what came of it",
        run=cases.outcome,
    ),
    "erase": Action(
        words=("REQUEST", "ANSWER"),
        what="destroy one answer, and tell its owner",
        run=cases.erase,
    ),
    "delete": Action(
        words=("REQUEST", "[FATE]"),
        what="destroy answers and keys, and attest it: deleted or evidence",
        run=cases.delete,
    ),
    "remind": Action(what="say what is due", run=cases.remind),
}


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "agency",
        help="ask a neighbourhood, as an agency",
        description="The desk of an agency. Keys and clips stay on this machine.",
    )
    parser.add_argument(
        "action",
        nargs="?",
        default="serve",
        choices=tuple(ACTIONS),
        help="see docs/cli.md (default: serve, the desk's page)",
    )
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
        "--new-passphrase-file",
        type=Path,
        metavar="FILE",
        help="the passphrase to change to (passphrase); asked for without it",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before")
    _add_hub(parser)
    _add_page(parser)
    _add_token(parser)
    parser.set_defaults(run=run)


def _add_hub(parser: argparse.ArgumentParser) -> None:
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


def _add_page(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default=desk_page.HOST,
        help="where the page listens (serve; default: this machine alone)",
    )
    parser.add_argument(
        "--port",
        type=port,
        default=desk_page.PORT,
        help="of the page (serve); 0 takes a free one",
    )
    parser.add_argument(
        "--beyond-this-machine",
        action="store_true",
        help="let --host be an address that others can reach (serve)",
    )


def _add_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--token",
        metavar="LIBRARY",
        help="make the key in a token, by its PKCS#11 library (root, key)",
    )
    parser.add_argument(
        "--token-label", metavar="LABEL", help="which token, if there are several"
    )
    parser.add_argument(
        "--pin-file",
        type=Path,
        metavar="FILE",
        help="the PIN of the token; asked for without it",
    )


def run(options: argparse.Namespace) -> int:
    """Do one action."""
    action = ACTIONS[options.action]
    if not action.least <= len(options.words) <= len(action.words):
        usage = " ".join((options.action, *action.words))
        raise InvalidInput(f"usage: neighborcam agency {usage}")
    session = Session(options)
    try:
        said = action.run(session, *options.words)
        if asyncio.iscoroutine(said):
            said = asyncio.run(said)
    finally:
        session.close()
    if said:
        print(said)
    return 0
