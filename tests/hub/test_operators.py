"""What docs/operators/ says of the software is so: the numbers come from the code."""

import re
from datetime import timedelta

import pytest

from neighborcam.hub.alerts import POSTS_IN_REGION
from neighborcam.hub.doctor import STEWARDS_WANTED
from neighborcam.hub.envelope_shelf import LASTS as ENVELOPES
from neighborcam.hub.hiding import DISPUTED_BY, TAKEDOWN_DUE, UNSEEN_IN_REGION
from neighborcam.hub.households import INVITES_EACH, INVITES_IN
from neighborcam.hub.media import LASTS as PICTURES
from neighborcam.hub.retention import POSTS
from neighborcam.protocol.agencies import NOTICE
from neighborcam.protocol.cells import CROWD, WITHOUT_CENSUS
from neighborcam.protocol.limits import LONGEST, PER_DAY
from neighborcam.protocol.register_rules import ADRIFT
from neighborcam.protocol.register_state import TO_FETCH
from neighborcam.protocol.request_limits import WAITS
from tests.architecture.documents import document, documents

WORDS = {1: "a", 2: "two", 3: "three", 10: "ten"}
PER = PER_DAY
SAID = [
    (
        "risk-assessment",
        f"{PER['post']} alerts, {PER['comment']} comments, {PER['flag']} flags a day",
    ),
    ("risk-assessment", f"{INVITES_EACH} in {INVITES_IN.days} days from each member"),
    ("risk-assessment", f"{POSTS_IN_REGION} alerts an hour in a region"),
    (
        "risk-assessment",
        f"lasts {LONGEST.days} days at most, a picture {PICTURES.days}",
    ),
    ("risk-assessment", f"in which {CROWD} people live"),
    ("risk-assessment", f"{WORDS[DISPUTED_BY]} households"),
    ("takedown", f"after {TAKEDOWN_DUE // timedelta(hours=1)} hours"),
    ("takedown", f"While {WORDS[UNSEEN_IN_REGION]} of a region are hidden"),
    ("data-protection", f"until they expire, {POSTS.days} days at most"),
    ("data-protection", f"two stewards together | 6 (1) f | {ENVELOPES.days} days"),
    ("data-protection", f"a cell with {CROWD} people"),
    ("data-protection", f"resolution {WITHOUT_CENSUS})"),
    ("data-protection", f"{WORDS[TO_FETCH.days]} days after the last open request"),
    ("data-protection", f"| {INVITES_IN.days} days |"),
    ("takedown", f"by {WORDS[DISPUTED_BY]} households"),
    ("takedown", f"(within {ENVELOPES.days} days, in public,"),
    ("legal-demands", f"for {ENVELOPES.days} days a sealed envelope"),
    ("legal-demands", f"For {INVITES_IN.days} days, how many"),
    ("agency-onboarding", f"They have {NOTICE.days} days; a fifth keeps it out"),
    ("incidents", f"dated {WORDS[ADRIFT.days]} day ahead"),
    ("rota", f"A request waits at most {WAITS.days} days"),
    ("rota", f"wants {WORDS[STEWARDS_WANTED]}"),
]


@pytest.mark.parametrize(("page", "text"), SAID)
def test_a_number_in_the_operators_pages_is_the_code_s(page: str, text: str) -> None:
    assert text in document(f"docs/operators/{page}.md").text


def test_every_page_is_in_the_list() -> None:
    listed = re.findall(r"\((\S+)\.md\)", document("docs/operators/README.md").text)
    pages = {each.path.stem for each in documents() if "/operators/" in each.name}
    assert pages == {*listed, "README"}
