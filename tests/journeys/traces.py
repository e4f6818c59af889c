"""What a decision leaves behind where others can look: nothing that tells it."""

import contextlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from demo.home_assistant_client import HomeAssistantClient

type Row = tuple[Any, ...]


async def tells_nothing(assistant: HomeAssistantClient, answer: str) -> None:
    """Home Assistant says the same of the home that approved and the one that did not.

    Neither states nor history nor logbook nor diagnostics name a decision.
    """
    states = await assistant.states()
    ours = {"entity_ids": [each for each in states if "police" in each]}
    since = {"start_time": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    async with assistant.commands() as commands:
        entries = await commands.call("config_entries/get", domain="neighborcam")
        book = await commands.call("logbook/get_events", **since)
        history = await commands.call(
            "history/history_during_period", **since, **ours, no_attributes=False
        )
    known = [
        await assistant.get(f"/api/diagnostics/config_entry/{each['entry_id']}")
        for each in entries
    ]
    assert len(known) == 2
    assert numbers(history, "") == numbers(history, "_2") == ["0", "1", "0"]
    told, same = events(history, ""), events(history, "_2")
    assert told == same == ["received", "changed"], (told, same)
    text = json.dumps([states, book, history, known])
    assert "sensor.home_open_police_requests_2" in text
    for word in (answer, "approve", "answered", "declin", "It turned left"):
        assert word not in text, word


def numbers(history: Any, home: str) -> list[str]:
    """Return how many requests were open, one after the other, by the history."""
    found = [each["s"] for each in history[f"sensor.home_open_police_requests{home}"]]
    return [
        now for before, now in pairwise(["", *found]) if now.isdigit() and now != before
    ]


def events(history: Any, home: str) -> list[str]:
    """Return what happened to requests, one after the other, by the history."""
    known: dict[str, str | None] = {}
    for each in history[f"event.home_police_request{home}"]:
        known[each["s"]] = each["a"].get("event_type")  # its state is its moment
    return [what for what in known.values() if what]


def tells_nobody_apart(database: Path) -> None:
    """The hub's database holds the same of both homes, but for what is random."""
    tables = rows_of(database)
    homes = [id_ for id_, *_ in tables["households"]]
    assert len(homes) == 2
    traces = [
        {name: sorted(traces_of(home, rows)) for name, rows in tables.items()}
        for home in homes
    ]
    assert traces[0] == traces[1]
    named = {name for name, found in traces[0].items() if found}
    assert named == {"households", "issued"}
    sizes = [len(each) for *_, each in tables["capsules"]]
    assert len(sizes) >= 2
    assert len(set(sizes)) == 1


def rows_of(database: Path) -> dict[str, list[Row]]:
    """Return all tables of a database."""
    names = "SELECT name FROM sqlite_schema WHERE type = 'table'"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
            for (name,) in connection.execute(names).fetchall()
        }


def traces_of(home: str, rows: list[Row]) -> list[str]:
    """Return what rows say of a home; its id and random bytes stand for themselves."""
    return [
        str(
            [len(each) if each == home or type(each) is bytes else each for each in row]
        )
        for row in rows
        if home in str(row)
    ]
