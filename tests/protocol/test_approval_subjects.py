"""What exactly a passkey signs, as spec/vectors/approvals.json has it."""

from datetime import datetime
from typing import Any

import pytest

from neighborcam.protocol.agencies import SignedAgency, check_agency
from neighborcam.protocol.approval_subjects import announcement, renewal, restoration
from neighborcam.protocol.canonical import decode
from tests.protocol.vectors import vectors

CASES = vectors("approvals")


@pytest.mark.parametrize("case", CASES["announcement"])
def test_an_announcement_is_of_the_whole_key_file(case: dict[str, Any]) -> None:
    signed = decode(case["agency"].encode(), SignedAgency)
    check_agency(signed)
    found = announcement(signed, bytes.fromhex(case["ends"]))
    assert found.hex() == case["subject"]


@pytest.mark.parametrize("case", CASES["restoration"])
def test_a_restoration_is_of_one_suspension(case: dict[str, Any]) -> None:
    found = restoration(case["agency"], case["fact"], bytes.fromhex(case["ends"]))
    assert found.hex() == case["subject"]


@pytest.mark.parametrize("case", CASES["renewal"])
def test_a_renewal_is_of_one_year(case: dict[str, Any]) -> None:
    present, until = map(datetime.fromisoformat, (case["present"], case["until"]))
    assert renewal(case["agency"], present, until).hex() == case["subject"]
