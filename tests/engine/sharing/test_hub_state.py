"""How the connection is: as good as that of the worst region."""

from neighborcam.engine.sharing.hub_state import HubState


def test_a_home_is_connected_when_every_region_is() -> None:
    changes: list[tuple[str, str]] = []
    state = HubState(lambda: changes.append(state.now))
    state.keep_to(frozenset({"a", "b"}))
    state.say("a", "connected", "")
    assert state.now == ("connecting", "")
    state.say("b", "connected", "")
    assert state.now == ("connected", "")
    state.say("b", "unreachable", "away")
    state.say("a", "refused", "no such household")
    assert state.now == ("refused", "no such household")
    state.keep_to(frozenset({"b", "c"}))
    state.say("a", "refused", "a last word")
    assert state.now == ("unreachable", "away")
    assert changes == [
        ("connected", ""),
        ("unreachable", "away"),
        ("refused", "no such household"),
    ]
