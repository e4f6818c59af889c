"""The yearly report of a hub, in Markdown: what agencies asked, by the log alone."""

from collections.abc import Iterable, Mapping, Sequence

from neighborcam.hub.agency_numbers import AgencyNumbers
from neighborcam.hub.census import Census
from neighborcam.hub.equity import Area
from neighborcam.hub.request_numbers import RequestNumbers, StewardNumbers
from neighborcam.hub.statistics import Statistics, count_entries
from neighborcam.protocol.entries import read_entry

_AGENCY = (
    ("requests", "requests"),
    ("urgent", "of them urgent"),
    ("refused", "refused"),
    ("km2_hours", "km² × hours"),
    ("median_km2", "km², median"),
    ("median_hours", "hours, median"),
    ("repeated", "same area within 90 days"),
    ("outcomes", "outcomes filed"),
    ("put_off", "put off"),
    ("deletions", "deletions attested"),
    ("overdue", "overdue"),
    ("suspended", "suspended"),
    ("alerts", "alerts"),
    ("alerts_cancelled", "of them cancelled"),
    ("alerts_refused", "alerts refused"),
)
_AREA = (
    ("requests", "requests"),
    ("urgent", "of them urgent"),
    ("repeated", "same area within 90 days"),
    ("km2_hours", "km² × hours"),
    ("people", "people"),
    ("per_1000", "requests per 1,000 people"),
)
_STEWARD = (("approved", "approved"), ("refused", "refused"), ("rate", "share refused"))


def report(
    name: str, year: int, entries: Iterable[bytes], census: Census | None = None
) -> str:
    """Return the report of one year (UTC) out of a whole log."""
    decoded = [read_entry(each) for each in entries]
    upto = [each for each in decoded if each is not None and each.at.year <= year]
    found = count_entries(upto, census, lambda entry: entry.at.year == year)
    parts = [
        f"# {name}: report for {year}",
        "Counted from the public log; anybody who has it can count the same.",
        _all(found.requests),
        _agencies(found.agencies),
        _areas(found),
        _counts("Requests by offence", found.offences),
        _counts("Outcomes", found.outcomes),
        _counts("Overdue", found.overdue),
        _counts("Alerts of agencies", found.agency_alerts),
        _reviews(found.reviews_by_steward),
        _counts("Refusals by rule", found.refusals_by_rule),
        f"No steward looked in time at {found.lapsed} requests.",
        _counts("Decisions of stewards about alerts", found.decisions),
        _counts("Demands for data", found.legal_demands),
        f"Two stewards looked {found.envelopes_opened} times who posted something.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _all(numbers: RequestNumbers) -> str:
    if not numbers.requests:
        return "No request was made."
    return (
        f"{numbers.requests} requests, {numbers.urgent} of them urgent. The median is"
        f" {numbers.median_hours} hours and {numbers.median_km2} km²."
        f" {numbers.repeated} were about an area that was asked about within 90 days"
        " before."
    )


def _agencies(agencies: Mapping[str, AgencyNumbers]) -> str:
    if not agencies:
        return "No agency takes part."
    rows = [(each.name, each) for each in agencies.values()]
    return _table("Agencies", "agency", _AGENCY, rows)


def _areas(found: Statistics) -> str:
    if not found.areas:
        return ""
    rows: list[tuple[str, Area]] = [(f"`{each.cell}`", each) for each in found.areas]
    text = _table("By area (H3 cells of resolution 7)", "cell", _AREA, rows)
    if found.elsewhere is None:
        return f"{text}\n\nThis hub has no census: nobody can say for how many people."
    return (
        f"{text}\n\nNobody asked about the {found.elsewhere.people} people elsewhere;"
        f" over all it is {found.elsewhere.per_1000_overall} per 1,000 people."
    )


def _reviews(stewards: Mapping[str, StewardNumbers]) -> str:
    if not stewards:
        return ""
    return _table("Requests by steward", "steward", _STEWARD, list(stewards.items()))


def _table(
    title: str,
    what: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[tuple[str, object]],
) -> str:
    head = f"| {what} | " + " | ".join(text for _, text in columns) + " |"
    line = "|---" * (len(columns) + 1) + "|"
    return "\n".join(
        (f"## {title}", "", head, line, *(_row(columns, *row) for row in rows))
    )


def _row(columns: Sequence[tuple[str, str]], name: str, numbers: object) -> str:
    values = (getattr(numbers, field) for field, _ in columns)
    shown = ("" if each is None else str(each) for each in values)
    return f"| {name.replace('|', '/')} | " + " | ".join(shown) + " |"


def _counts(title: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    rows = [f"* {name}: {count}" for name, count in sorted(counts.items())]
    return "\n".join((f"## {title}", "", *rows))
