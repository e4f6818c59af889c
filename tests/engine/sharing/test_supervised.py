"""Work that fails goes on: said once, shown, tried again, and over when it is over."""

import asyncio

import pytest

from neighborcam.engine.errors import StorageError
from neighborcam.engine.sharing import supervised
from neighborcam.engine.sharing.supervised import Supervised
from tests.engine.sharing.shared_home import until


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "FIRST_S", 0.01)
    monkeypatch.setattr(supervised, "STEADY_S", 0.2)


async def test_what_fails_is_tried_again_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    changes: list[str] = []
    work = Supervised(lambda: changes.append(work.problem))
    tries: list[int] = []
    rest = asyncio.Event()

    async def fail_thrice() -> None:
        tries.append(1)
        if len(tries) <= 3:
            raise StorageError("the disk is full")
        await rest.wait()

    work.start("sending", fail_thrice)
    await until(lambda: len(tries) == 4)
    assert work.problem == "sending: the disk is full"
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "test_supervised.py" in caplog.text
    await until(lambda: changes == ["sending: the disk is full", ""])
    assert work.names() == {"sending"}
    await work.close()


async def test_a_bug_s_own_words_are_not_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    work = Supervised(lambda: None)

    async def bug() -> None:
        raise ValueError("token=abc123")

    work.start("votes", bug)
    await until(lambda: bool(work.problem))
    assert work.problem == "votes: failed unexpectedly (ValueError)"
    assert "abc123" not in caplog.text
    await work.close()


async def test_one_ends_while_the_others_go_on() -> None:
    work = Supervised(lambda: None)
    for name in ("one", "other"):
        work.start(name, asyncio.Event().wait)  # type: ignore[arg-type]
    work.end("one")
    await until(lambda: work.names() == {"other"})
    await work.close()
    assert work.names() == frozenset()


async def test_what_ends_all_can_be_one_of_them() -> None:
    work = Supervised(lambda: None)
    done: list[str] = []

    async def end_all() -> None:
        work.end_all()
        await asyncio.sleep(0)
        done.append("it is not cancelled by itself")

    work.start("other", asyncio.Event().wait)  # type: ignore[arg-type]
    work.start("one", end_all)
    await until(lambda: bool(done))
    assert work.names() == frozenset()
