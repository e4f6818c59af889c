"""`neighborcam` for people who watch: rounds of seconds, and a moved clock.

A round of answers lasts a day, an agency waits a week, a domain is asked over HTTPS.
Nobody sits through that before a demo or a test. Messages, keys, limits and programs
stay what they are: only how long something lasts is another, in this process alone.
Of the programs only the one that was called is imported, as `neighborcam` does it.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from neighborcam import cli
from neighborcam.protocol import rounds

_POLL: Final = timedelta(seconds=1)
_MAIL: Final = timedelta(seconds=2)
_TENTH: Final = 10  # of a round: for clocks that differ, and before a round's end
_PER_MINUTE: Final = 100_000  # all homes share one address here
_CHEAP: Final = 2**4  # scrypt's cost: such keys guard nothing
_COMMANDS: Final = "neighborcam.commands"

type Clock = Callable[[], datetime]


def hurry(round_s: float) -> None:
    """Let rounds last ``round_s`` seconds in this process, urgent or not."""
    lasts = timedelta(seconds=round_s)
    vars(rounds).update(DAILY=lasts, HOURLY=lasts, GRACE=lasts / _TENTH)


def hurry_homes(round_s: float) -> None:
    """Let homes take their turns in such rounds, and look more often."""
    lasts = timedelta(seconds=round_s)
    turns = import_module("neighborcam.engine.sharing.turns")
    vars(turns).update(MARGIN=lasts / _TENTH, RETRY=lasts / _TENTH)
    life: Any = import_module("neighborcam.engine.sharing.request_life").RequestLife
    life.__init__.__kwdefaults__.update(poll=min(_POLL, lasts / _TENTH), mail=_MAIL)


def _engine(options: argparse.Namespace, clock: Clock) -> None:
    if options.round is not None:
        hurry_homes(options.round)
    command: Any = import_module(f"{_COMMANDS}.engine")
    command.Engine = partial(command.Engine, clock=clock)


def _hub(options: argparse.Namespace, clock: Clock) -> None:
    resolver: Any = import_module("demo.agency_client").MakeBelieveDomain()
    if options.domain is not None:
        resolver.put_up(options.domain.read_bytes().strip())
    command: Any = import_module(f"{_COMMANDS}.hub")
    command.Hub = partial(
        command.Hub, clock=clock, resolver=resolver, per_minute=_PER_MINUTE
    )


def _agency(_options: argparse.Namespace, clock: Clock) -> None:
    vars(import_module("neighborcam.agency.keyring")).update(_COST=_CHEAP)
    for name in ("desk_session", "desk_keys", "desk_cases"):
        vars(import_module(f"{_COMMANDS}.{name}")).update(now=clock)


_PROGRAMS: Final = {"engine": _engine, "hub": _hub, "agency": _agency}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.hurried", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--round", type=float, metavar="SECONDS")
    parser.add_argument("--ago", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--domain", type=Path, metavar="KEY-FILE")
    parser.add_argument("program", choices=_PROGRAMS)
    parser.add_argument("words", nargs=argparse.REMAINDER)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of `neighborcam`; return its exit status."""
    options = _parser().parse_args(arguments)
    ago = timedelta(seconds=options.ago)
    if options.round is not None:
        hurry(options.round)
    _PROGRAMS[options.program](options, lambda: datetime.now(UTC) - ago)
    return cli.main([options.program, *options.words])


if __name__ == "__main__":
    sys.exit(main())
