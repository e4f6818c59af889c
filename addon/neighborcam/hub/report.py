"""The yearly report of a hub, in Markdown: what agencies asked, by the log alone."""

from collections.abc import Iterable, Mapping

from neighborcam.hub.statistics import AgencyNumbers, Statistics, count_entries
from neighborcam.protocol.agency_entries import AgencyAnnounced
from neighborcam.protocol.entries import Entry, read_entry

_COLUMNS = (
    ("requests", "requests"),
    ("urgent", "of them urgent"),
    ("refused", "refused by stewards"),
    ("km2_hours", "km² × hours"),
    ("repeated", "same area within 90 days"),
    ("outcomes", "outcomes filed"),
    ("deletions", "deletions attested"),
    ("overdue", "overdue"),
    ("suspended", "suspended"),
)


def report(name: str, year: int, entries: Iterable[bytes]) -> str:
    """Return the report of one year (UTC). Names of agencies may be of years before."""
    decoded = [read_entry(each) for each in entries]
    chosen = [each for each in decoded if _is_of(each, year)]
    found = count_entries(chosen)
    parts = [
        f"# {name}: report for {year}",
        "Counted from the public log; anybody who has it can count the same.",
        _agencies(found),
        _counts("Requests by offence", found.offences),
        _counts("Refusals by rule", found.refusals_by_rule),
        _counts("Decisions of stewards about alerts", found.decisions),
        _counts("Demands for data", found.legal_demands),
        f"Two stewards looked {found.envelopes_opened} times who posted something.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _is_of(entry: Entry | None, year: int) -> bool:
    # Who an agency is counts in every year: its name stands in its announcement.
    if isinstance(entry, AgencyAnnounced):
        return entry.at.year <= year
    return entry is not None and entry.at.year == year


def _agencies(found: Statistics) -> str:
    if not found.agencies:
        return "No agency takes part."
    head = "| agency | " + " | ".join(text for _, text in _COLUMNS) + " |"
    line = "|---" * (len(_COLUMNS) + 1) + "|"
    rows = [_row(each) for each in found.agencies.values()]
    return "\n".join(("## Agencies", "", head, line, *rows))


def _row(numbers: AgencyNumbers) -> str:
    values = (str(getattr(numbers, name)) for name, _ in _COLUMNS)
    return f"| {numbers.name} | " + " | ".join(values) + " |"


def _counts(title: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    rows = [f"* {name}: {count}" for name, count in sorted(counts.items())]
    return "\n".join((f"## {title}", "", *rows))
