"""What an alert may be, checked alike by home and hub (spec/alerts.md).

A limit that only one of them knew would be a way around it.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import h3

from neighborcam.protocol.alerts import (
    Alert,
    Category,
    Comment,
    MsgType,
    Origin,
    Scope,
)
from neighborcam.protocol.cells import COARSEST, CROWD, WITHOUT_CENSUS, check_cell
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.identity import is_whole_second

_BUCKET_MIN: Final = 15
SKEW: Final = timedelta(minutes=5)  # clocks of homes
LONGEST: Final = timedelta(days=30)
AUTOMATIC: Final = timedelta(hours=2)
LOOK_BACK: Final = timedelta(days=7)
LOOK_AHEAD: Final = timedelta(days=7)  # of what is announced: a storm, works
MEDIA_BYTES: Final[Mapping[str, int]] = MappingProxyType(
    {"picture": 2 * 2**20, "clip": 16 * 2**20}
)
VERSIONS: Final = 20  # of one alert: updates and its cancel
# By purpose (spec/tokens.md). A home takes all of them every day, used or not.
PER_DAY: Final[Mapping[str, int]] = MappingProxyType(
    {"post": 3, "comment": 20, "flag": 5, "capsule": 64, "piece": 80}
)
AUTOMATIC_PER_DAY: Final = 2  # of the three: one is left for a person
# What a sensor can know without a person: an alarm, smoke, gas, glass, water, wind.
BY_AUTOMATION: Final = frozenset(
    {
        Category.FIRE,
        Category.GAS,
        Category.FLOOD,
        Category.STORM,
        Category.BREAK_IN,
        Category.HAZARD,
        Category.POWER,
    }
)
# What an agency may warn of. Nothing of it describes who did something.
BY_AGENCY: Final = frozenset(
    {
        Category.FIRE,
        Category.GAS,
        Category.FLOOD,
        Category.STORM,
        Category.MISSING_PERSON,
        Category.HAZARD,
        Category.INFRASTRUCTURE,
        Category.INFO,
    }
)
AGENCY_LASTS: Final = timedelta(hours=24)
MISSING_LASTS: Final = timedelta(hours=72)  # of an agency's, for a missing person
_LINES: Final = frozenset({"text", "instruction"})  # these may have line breaks


def check_alert(alert: Alert, now: datetime) -> None:
    """Raise `OutsideLimits`, naming field and remedy, unless ``alert`` may be sent.

    Of an agency's this is what the message alone shows; the rest is in
    `agency_alert_limits`.
    """
    for problem in alert_problems(alert, now):
        raise problem


def alert_problems(alert: Alert, now: datetime) -> Iterator[OutsideLimits]:
    """Yield the first problem of each kind that keeps an alert from being sent."""
    for check in _CHECKS:
        try:
            check(alert, now)
        except OutsideLimits as problem:
            yield problem


def agency_lasts(category: Category) -> timedelta:
    """Return how long an agency's alert may hold."""
    return MISSING_LASTS if category is Category.MISSING_PERSON else AGENCY_LASTS


def check_comment(comment: Comment) -> None:
    """Raise `OutsideLimits` unless the comment's text is plain."""
    _check_line("text", comment.text, required=True)


def check_place(
    cell: str, people_in: Callable[[str], int] | None, crowd: int = CROWD
) -> None:
    """Raise `OutsideLimits` for a cell in which fewer than ``crowd`` people live.

    ``people_in`` is the hub's census, None without one (spec/places.md).
    """
    resolution = h3.get_resolution(check_cell(cell))
    if people_in is None and resolution > WITHOUT_CENSUS:
        raise OutsideLimits(
            "cell", f"this hub has no census: cells are of resolution {WITHOUT_CENSUS}"
        )
    if people_in and resolution > COARSEST and people_in(cell) < crowd:
        raise OutsideLimits(
            "cell", f"fewer than {crowd} people live in this cell: use its parent"
        )


def bucket(moment: datetime) -> datetime:
    """Return the quarter of an hour in which ``moment`` lies: all that is told."""
    return moment.replace(
        minute=moment.minute - moment.minute % _BUCKET_MIN, second=0, microsecond=0
    )


def _check_words(alert: Alert, _now: datetime) -> None:
    _check_line("headline", alert.headline, required=True)
    _check_line("text", alert.text, required=False)
    _check_line("instruction", alert.instruction, required=False)


def _check_line(field: str, text: str, *, required: bool) -> None:
    if required and not text.strip():
        raise OutsideLimits(field, "say something")
    if text != text.strip():
        raise OutsideLimits(field, "no space at either end")
    for letter in text:
        if letter == "\n" and field in _LINES:
            continue
        # Controls break feeds; overrides of direction let a text lie about itself.
        if unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} and (
            letter not in {"\u200d", "\ufe0f"}  # parts of ordinary emoji
        ):
            raise OutsideLimits(field, "only plain text: it holds a control character")


def _check_times(alert: Alert, now: datetime) -> None:
    for field, moment in (("onset", alert.onset), ("expires", alert.expires)):
        if not is_whole_second(moment):
            raise OutsideLimits(field, "write moments as 2026-11-23T18:30:00Z")
    if alert.onset != bucket(alert.onset):
        raise OutsideLimits("onset", "an onset is a whole quarter of an hour")
    # A version repeats the onset of the first, which may be as old as alerts get.
    is_first = alert.msg_type is MsgType.ALERT
    back = LOOK_BACK if is_first else LOOK_BACK + LONGEST
    if alert.onset < now - back:
        raise OutsideLimits("onset", f"longer ago than {back.days} days")
    ahead = LOOK_AHEAD if alert.urgency == "future" else SKEW
    if alert.onset > now + ahead:
        raise OutsideLimits(
            "onset", "in the future: check the clock, or set urgency to future"
        )
    if alert.expires <= now:
        raise OutsideLimits("expires", "it has expired")
    if alert.expires <= alert.onset:
        raise OutsideLimits("expires", "before its onset")
    if alert.expires > now + LONGEST + SKEW:
        raise OutsideLimits("expires", "more than 30 days ahead")


def _check_version(alert: Alert, _now: datetime) -> None:
    if alert.msg_type is MsgType.ALERT:
        if alert.references:
            raise OutsideLimits("references", "a new alert refers to none")
    elif not alert.references or alert.references == (alert.id,):
        raise OutsideLimits("references", "name the alert that this is a version of")


def _check_media(alert: Alert, _now: datetime) -> None:
    if alert.msg_type is MsgType.CANCEL and alert.media:
        raise OutsideLimits("media", "a cancel has no pictures")
    if len({item.sha256 for item in alert.media}) != len(alert.media):
        raise OutsideLimits("media", "the same picture twice")
    for item in alert.media:
        if item.bytes > MEDIA_BYTES[item.kind]:
            most = MEDIA_BYTES[item.kind] // 2**20
            raise OutsideLimits("media", f"a {item.kind} has at most {most} MiB")


def _check_automatic(alert: Alert, now: datetime) -> None:
    if alert.origin is not Origin.AUTOMATION:
        return
    if alert.category not in BY_AUTOMATION and alert.msg_type is not MsgType.CANCEL:
        raise OutsideLimits("category", f"only a person can report {alert.category}")
    if alert.media:
        raise OutsideLimits("media", "an automatic alert is text only")
    if alert.expires > now + AUTOMATIC + SKEW:
        raise OutsideLimits("expires", "an automatic alert expires within 2 hours")


def _check_agency(alert: Alert, now: datetime) -> None:
    if (alert.origin is Origin.AGENCY) != (alert.agency is not None):
        raise OutsideLimits("agency", "named in alerts of agencies, and in no others")
    if alert.agency is None:
        return
    if alert.category not in BY_AGENCY:
        raise OutsideLimits("category", f"an agency warns of no {alert.category}")
    if alert.scope is not Scope.PUBLIC:
        raise OutsideLimits("scope", "what an agency says is public")
    if alert.media:
        raise OutsideLimits("media", "an agency's alert is text only")
    lasts = agency_lasts(alert.category)
    if alert.expires > now + lasts + SKEW:
        hours = lasts // timedelta(hours=1)
        raise OutsideLimits("expires", f"at most {hours} hours ahead")


_CHECKS: Final[tuple[Callable[[Alert, datetime], None], ...]] = (
    _check_words,
    _check_times,
    _check_version,
    _check_media,
    _check_automatic,
    _check_agency,
)
