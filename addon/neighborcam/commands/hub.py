"""`neighborcam hub`: run the hub of a neighbourhood, or examine one."""

import argparse
import asyncio
import logging
import os
from pathlib import Path

import msgspec

from neighborcam.commands.arguments import Commands, port, proxies
from neighborcam.commands.hub_witness import be_witness
from neighborcam.commands.stopping import stop_signal
from neighborcam.hub.app import Hub, utc_now
from neighborcam.hub.census import load_census
from neighborcam.hub.doctor import examine
from neighborcam.hub.errors import HubError, StorageFailed
from neighborcam.hub.log_over_http import read_log
from neighborcam.hub.offices import Offices
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.report import report
from neighborcam.hub.rules_file import OwnRules, load_rules
from neighborcam.hub.settings import DEFAULT_PORT, HubSettings
from neighborcam.hub.statistics import statistics
from neighborcam.hub.store.database import Database

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "hub",
        help="run the hub of a neighbourhood",
        description="Run a hub: alerts between homes and the public log.",
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=("run", "doctor", "report", "statistics", "witness", "end-steward"),
        default="run",
        help="doctor says what is not right with a hub; report prints a year's numbers"
        " and statistics all numbers, from the public log alone; witness makes it sign"
        " the log of another hub; end-steward ends a steward's office, in public",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("neighborcam-hub"),
        metavar="DIR",
        help="folder of database and pictures (default: neighborcam-hub)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=port, default=DEFAULT_PORT, help="port")
    parser.add_argument(
        "--url",
        help="address under which homes and browsers reach the hub",
    )
    parser.add_argument("--name", default="Neighbourhood", help="what it is called")
    parser.add_argument(
        "--contact", help="who runs the hub and how to reach them; everybody sees it"
    )
    _add_nodes_to(parser)
    parser.add_argument(
        "--census", type=Path, metavar="FILE", help="CSV of cells and people"
    )
    parser.add_argument(
        "--rules", type=Path, metavar="FILE", help="own limits for requests, in TOML"
    )
    parser.add_argument(
        "--no-media", action="store_true", help="take no pictures and clips"
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY=URL",
        help="another hub that cosigns the public log; may be repeated",
    )
    parser.add_argument(
        "--quorum", type=int, default=0, help="how many witnesses homes ask for"
    )
    _add_counting_to(parser)
    parser.set_defaults(run=run)


def _add_nodes_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database", metavar="URL", help="postgresql://… instead of SQLite"
    )
    parser.add_argument(
        "--blobs", metavar="URL", help="s3://bucket/prefix instead of files"
    )
    parser.add_argument("--nats", metavar="URL", help="nats://… when several nodes run")
    parser.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        type=proxies,
        metavar="CIDR",
        help="network of a proxy whose X-Forwarded-For is believed; may be repeated",
    )


def _add_counting_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--steward", metavar="NAME", help="whose office ends (end-steward)"
    )
    parser.add_argument(
        "--year",
        type=int,
        help="which year to report (report; default: this one)",
    )
    parser.add_argument(
        "--log",
        metavar="KEY=URL",
        help="another hub's log: count it (report, statistics), or sign it (witness)",
    )


def run(options: argparse.Namespace) -> int:
    """Run until interrupted, or examine."""
    logging.basicConfig(level="INFO", format=_LINE, force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = _settings(options)
    if options.action == "doctor":
        return asyncio.run(_examine(settings))
    if options.action in {"report", "statistics"}:
        print(_numbers(options, settings), end="")
        return 0
    if options.action == "witness":
        log = _key_and_address(options.log, "--log") if options.log else None
        print(asyncio.run(be_witness(settings, log)), end="")
        return 0
    if options.action == "end-steward":
        asyncio.run(_end_steward(settings, options.steward or ""))
        return 0
    asyncio.run(_serve(settings))
    return 0


def _settings(options: argparse.Namespace) -> HubSettings:
    witnesses = tuple(_key_and_address(each, "--witness") for each in options.witness)
    if not 0 <= options.quorum <= len(witnesses):
        raise StorageFailed("--quorum cannot be more than there are witnesses")
    return HubSettings(
        data_dir=options.data,
        host=options.host,
        port=options.port,
        base_url=options.url or "",
        name=options.name,
        contact=options.contact or "",
        database=options.database or os.environ.get("NEIGHBORCAM_DATABASE", ""),
        blobs=options.blobs or "",
        nats=options.nats or "",
        takes_media=not options.no_media,
        census=options.census,
        witnesses=witnesses,
        quorum=options.quorum,
        trusted_proxies=tuple(options.trusted_proxy),
        rules=load_rules(options.rules) if options.rules else OwnRules(),
    )


def _key_and_address(text: str, option: str) -> tuple[str, str]:
    # A verifier key ends in base64, which may end in "=": the URL follows the last.
    key, found, url = text.rpartition("=http")
    if not found:
        raise StorageFailed(f"{option} is KEY=URL, as in name+1a2b3c4d+BA…=https://…")
    return key, f"http{url}"


def _numbers(options: argparse.Namespace, settings: HubSettings) -> str:
    census = load_census(settings.census) if settings.census else None
    if options.log is None:
        name, entries = settings.name, asyncio.run(_own_log(settings))
    else:
        key, name = _key_and_address(options.log, "--log")
        entries = list(asyncio.run(read_log(key, name, utc_now)))
    if options.action == "report":
        return report(name, options.year or utc_now().year, entries, census)
    found = msgspec.json.encode(statistics(entries, census))
    return msgspec.json.format(found).decode() + "\n"


async def _own_log(settings: HubSettings) -> list[bytes]:
    database = await Database.open(
        settings.database or f"sqlite:///{settings.data_dir / 'hub.sqlite'}"
    )
    try:
        log = await PublicLog.open(database, settings.origin, utc_now)
        found: list[bytes] = []
        while batch := await log.entries(len(found), 1000):
            found += batch
    finally:
        await database.close()
    return found


async def _end_steward(settings: HubSettings, name: str) -> None:
    database = await Database.open(
        settings.database or f"sqlite:///{settings.data_dir / 'hub.sqlite'}"
    )
    try:
        log = await PublicLog.open(database, settings.origin, utc_now)
        await Offices(database, log, utc_now).end(name)
    finally:
        await database.close()
    print(f"{name} is a steward no more; the public log says so")


async def _examine(settings: HubSettings) -> int:
    problems = await examine(settings)
    for problem in problems:
        print(problem)
    print("nothing is wrong" if not problems else f"{len(problems)} to mend")
    return 1 if problems else 0


async def _serve(settings: HubSettings) -> None:
    with stop_signal() as stopped:
        try:
            async with Hub(settings) as hub:
                await _greet(hub)
                await stopped.wait()
        except OSError as error:
            raise HubError(
                f"port {settings.port} of {settings.host} cannot be used"
                f" ({error.strerror}). Choose another with --port or --host."
            ) from error


async def _greet(hub: Hub) -> None:
    url = hub.desk.settings.url
    print(f"The hub is ready: {url}/", flush=True)
    if not await hub.desk.stewards.names():
        code = await hub.desk.offices.invite()
        print(f"Become its first steward: {url}/#steward={code}", flush=True)
