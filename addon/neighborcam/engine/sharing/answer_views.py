"""From a kept answer to what its owner sees."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, get_args, get_type_hints

import msgspec

from neighborcam.engine.index.answer_rows import AnswerRow
from neighborcam.engine.requests import AnswerView, ClipView, ReceiptView
from neighborcam.protocol.answers import Answer
from neighborcam.protocol.canonical import decode

# Signed to the second, several at once: then they happened in this order.
_STAGES: Final = get_args(get_type_hints(ReceiptView)["what"])


def encoded_views(clips: Sequence[ClipView]) -> bytes:
    """Return clips as they are kept with an answer."""
    return msgspec.json.encode(tuple(clips))


def answer_view(
    row: AnswerRow,
    receipts: Sequence[tuple[datetime, str, str]],
    *,
    leaves_at: datetime | None,
) -> AnswerView:
    """Return an answer with its timeline."""
    answer = decode(row.body, Answer)
    return msgspec.convert(
        {
            "id": row.id,
            "kind": row.kind,
            "at": row.at,
            "state": row.state,
            "leaves_at": leaves_at,
            "text": answer.text,
            "contact": answer.contact,
            "clips": msgspec.json.decode(row.clips, type=tuple[ClipView, ...]),
            "holds_originals": answer.holds_originals,
            "receipts": tuple(
                msgspec.convert({"at": at, "what": what, "text": text}, ReceiptView)
                for at, what, text in sorted(
                    receipts, key=lambda each: (each[0], _STAGES.index(each[1]))
                )
            ),
        },
        AnswerView,
    )
