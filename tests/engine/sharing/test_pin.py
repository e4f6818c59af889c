"""The PIN: five guesses, however many come at once, and no way around it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from neighborcam.engine.errors import WrongPin
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing import pin
from neighborcam.engine.sharing.pin import Pin
from tests.hub.clock import Clock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SharingStore]:
    made = SharingStore.open(tmp_path)
    yield made
    made.close()


def test_guesses_at_once_are_as_many_as_one_after_the_other(
    store: SharingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pin, "_COST", 2**10)
    ours = Pin(store, Clock())
    ours.change("0040", None)

    def guess(number: int) -> str:
        try:
            ours.check(f"{number:04}")
        except WrongPin as wrong:
            return "waits" if "too many" in str(wrong) else "wrong"
        return "right"

    with ThreadPoolExecutor(6) as pool:
        said = Counter(pool.map(guess, range(41)))
    assert said == {"wrong": 5, "waits": 36}


def test_a_pin_survives_that_its_home_leaves(store: SharingStore) -> None:
    """Else an admin without it would leave, join again, and answer."""
    ours = Pin(store, Clock())
    ours.change("2580", None)
    store.put_fact("member", b"of a hub")
    store.forget_everything()
    assert store.fact("member") is None
    with pytest.raises(WrongPin):
        ours.check("0000")
    ours.check("2580")
    ours.change(None, "2580")
    assert not ours.is_set
