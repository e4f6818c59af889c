import pytest

from neighborcam.protocol.standing import (
    MOVES,
    Happening,
    IllegalStanding,
    Standing,
    after,
)


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("happening", Happening)
def test_what_is_not_in_the_table_is_refused(
    standing: Standing, happening: Happening
) -> None:
    if (standing, happening) in MOVES:
        assert after(standing, happening) is MOVES[standing, happening]
    else:
        with pytest.raises(IllegalStanding, match=standing):
            after(standing, happening)


def test_nothing_comes_back_once_its_time_is_over() -> None:
    assert not [move for move in MOVES if move[0] is Standing.GONE]


def test_only_a_steward_shows_what_is_not_shown() -> None:
    ways = {how for (was, how), to in MOVES.items() if to is Standing.SHOWN}
    assert ways == {Happening.APPROVED, Happening.RESTORED}
