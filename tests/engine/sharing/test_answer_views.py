"""What an owner sees of an answer."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from neighborcam.engine.index.answer_rows import AnswerRow
from neighborcam.engine.sharing.answer_views import answer_view, encoded_views
from neighborcam.engine.sharing.answer_writing import write_answer
from neighborcam.protocol.canonical import encode

NOW = datetime(2026, 11, 23, 18, 37, 5, tzinfo=UTC)


@pytest.mark.parametrize("came", list(permutations(["received", "opened", "deleted"])))
def test_receipts_of_one_second_stand_as_they_happened(came: tuple[str, ...]) -> None:
    written = write_answer("0" * 32, "tip", text="A van.")
    row = AnswerRow(
        id=written.answer.id,
        request="0" * 32,
        kind="tip",
        body=encode(written.answer),
        reply_secret=written.reply_secret,
        clips=encoded_views([]),
        at=NOW,
        state="sent",
    )
    early = (NOW - timedelta(seconds=1), "question", "Which way?")
    view = answer_view(
        row, [*((NOW, what, "") for what in came), early], leaves_at=None
    )
    told = [each.what for each in view.receipts]
    assert told == ["question", "received", "opened", "deleted"]
