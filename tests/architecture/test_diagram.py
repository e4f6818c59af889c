import pytest

from neighborcam.engine.states import CAMERA_MOVES
from tests.architecture import diagram


def test_the_diagram_in_the_docs_is_drawn_from_the_table() -> None:
    document = diagram.DOC.read_text()
    assert diagram.placed(document) == document


def test_every_move_is_one_arrow() -> None:
    arrows = diagram.drawn().count("-->") - 1  # the one from the start
    assert arrows == sum(map(len, CAMERA_MOVES.values()))


def test_a_document_without_its_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="lost its marks"):
        diagram.placed("# Architecture")
