from itertools import product

import pytest

from neighborcam.engine.states import CAMERA_MOVES, CameraState, IllegalMove, move

PAIRS = list(product(CameraState, CameraState))
LEGAL = [(a, b) for a, b in PAIRS if b in CAMERA_MOVES[a]]
ILLEGAL = [(a, b) for a, b in PAIRS if b not in CAMERA_MOVES[a]]


@pytest.mark.parametrize(("current", "to"), LEGAL)
def test_a_legal_move_is_made(current: CameraState, to: CameraState) -> None:
    assert move(current, to) is to


@pytest.mark.parametrize(("current", "to"), ILLEGAL)
def test_an_illegal_move_raises_and_names_both_states(
    current: CameraState, to: CameraState
) -> None:
    state = current
    with pytest.raises(IllegalMove, match=f"from {current} to {to}"):
        state = move(state, to)
    assert state is current


def test_every_state_has_its_moves_and_none_leads_to_itself() -> None:
    assert set(CAMERA_MOVES) == set(CameraState)
    assert all(state not in after for state, after in CAMERA_MOVES.items())


def test_a_camera_can_be_switched_off_from_everywhere_and_on_again() -> None:
    for state in set(CameraState) - {CameraState.OFF}:
        assert move(state, CameraState.OFF) is CameraState.OFF
    assert move(CameraState.OFF, CameraState.CONNECTING) is CameraState.CONNECTING


def test_pictures_come_only_after_connecting() -> None:
    before_live = {state for state, after in LEGAL if after is CameraState.LIVE}
    assert before_live == {CameraState.CONNECTING}


def test_a_failed_camera_connects_again_or_is_off() -> None:
    for state in set(CameraState) - {
        CameraState.OFF,
        CameraState.CONNECTING,
        CameraState.LIVE,
    }:
        assert CAMERA_MOVES[state] == {CameraState.CONNECTING, CameraState.OFF}
