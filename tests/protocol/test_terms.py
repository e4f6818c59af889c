from pathlib import Path

import pytest

from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.terms import KNOWN, TERMS, TERMS_SHA256, check_terms

PAGE = Path(__file__).parents[2] / "spec" / "terms.md"


def test_the_terms_are_those_of_the_specification() -> None:
    assert PAGE.read_text() == TERMS
    assert TERMS_SHA256 in KNOWN


def test_other_terms_are_refused_with_what_to_do() -> None:
    check_terms(TERMS_SHA256)
    with pytest.raises(OutsideLimits, match="neighborcam agency record") as refused:
        check_terms("00" * 32)
    assert refused.value.field == "terms"
    assert TERMS_SHA256[:16] in str(refused.value)
