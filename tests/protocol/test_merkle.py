from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from neighborcam.protocol.errors import BadProof, InvalidMessage
from neighborcam.protocol.merkle import (
    EMPTY_ROOT,
    Leaves,
    Subtrees,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from neighborcam.protocol.tiles import (
    Tile,
    TiledTree,
    bundle,
    entries_of,
    hashes_of,
)
from tests.protocol.tiling import tiles_of
from tests.protocol.vectors import vectors

VECTORS = vectors("merkle")
TILES = vectors("notes")
ENTRIES = [bytes.fromhex(each) for each in VECTORS["entries"]]
PUBLISHED = Leaves([leaf_hash(entry) for entry in ENTRIES])
LARGEST = 70_000


def entry(index: int) -> bytes:
    return index.to_bytes(4)


LARGE = Leaves([leaf_hash(entry(index)) for index in range(LARGEST)])


def stored(size: int, before: tuple[int, ...] = ()) -> dict[str, bytes]:
    """Return the files of a log that grew in these steps, by path."""
    files: dict[str, bytes] = {}
    known = 0
    for step in (*before, size):
        for tile in tiles_of(step, before=known):
            files[tile.path] = hashes_of(tile, LARGE)
        known = step
    return files


def tiled(size: int, files: dict[str, bytes]) -> Subtrees:
    return TiledTree(size, lambda tile: files[tile.path])


def test_roots_are_those_of_the_published_tree() -> None:
    roots = [root(PUBLISHED, size).hex() for size in range(len(ENTRIES) + 1)]
    assert roots == VECTORS["roots"]


@pytest.mark.parametrize("vector", VECTORS["inclusion"])
def test_proofs_of_inclusion_are_those_of_the_published_tree(
    vector: dict[str, Any],
) -> None:
    index, size = vector["index"], vector["size"]
    proof = inclusion_proof(PUBLISHED, index, size)
    assert [each.hex() for each in proof] == vector["proof"]


@pytest.mark.parametrize("vector", VECTORS["consistency"])
def test_proofs_of_consistency_are_those_of_the_published_tree(
    vector: dict[str, Any],
) -> None:
    old, new = vector["old"], vector["new"]
    proof = consistency_proof(PUBLISHED, old, new)
    assert [each.hex() for each in proof] == vector["proof"]


def test_leaves_count_themselves() -> None:
    assert len(PUBLISHED) == len(ENTRIES)


def test_another_implementation_has_the_same_roots() -> None:
    other = InmemoryTree(algorithm="sha256")
    for index in range(300):
        other.append_entry(entry(index))
        assert other.get_root() == root(LARGE, index + 1)


@given(st.data(), st.integers(1, 600))
def test_every_leaf_is_proven_to_be_in_every_tree(
    data: st.DataObject, size: int
) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, head = leaf_hash(entry(index)), root(LARGE, size)
    proof = inclusion_proof(LARGE, index, size)
    check_inclusion(leaf, index, size, proof, head)
    for wrong in (
        (leaf_hash(b"x"), index, size, proof, head),
        (leaf, index, size, [*proof, bytes(32)], head),
        (leaf, size, size, proof, head),
        (leaf, index, size, proof, bytes(32)),
    ):
        with pytest.raises(BadProof):
            check_inclusion(*wrong)
    if size > 1:
        with pytest.raises(BadProof):
            check_inclusion(leaf, index, size, proof[:-1], head)
        other = index - 1 if index else 1
        with pytest.raises(BadProof):
            check_inclusion(leaf, other, size, proof, head)


@given(st.data(), st.integers(0, 600))
def test_every_tree_is_proven_to_begin_every_later_one(
    data: st.DataObject, new: int
) -> None:
    old = data.draw(st.integers(0, new))
    heads = root(LARGE, old), root(LARGE, new)
    proof = consistency_proof(LARGE, old, new)
    check_consistency(old, new, proof, *heads)
    for wrong in (
        (old, new, [*proof, bytes(32)], *heads),
        (old, new, proof, bytes(32), heads[1]),
        (new + 1, new, proof, *heads),
    ):
        with pytest.raises(BadProof):
            check_consistency(*wrong)
    if proof:
        with pytest.raises(BadProof):
            check_consistency(old, new, proof[:-1], *heads)
        with pytest.raises(BadProof):
            check_consistency(old, new, proof, heads[0], bytes(32))
        with pytest.raises(BadProof):
            check_consistency(old, new, [], *heads)


def test_an_empty_tree_begins_every_tree_but_no_other_root_does() -> None:
    check_consistency(0, 3, [], EMPTY_ROOT, root(LARGE, 3))
    with pytest.raises(BadProof):
        check_consistency(0, 3, [], bytes(32), root(LARGE, 3))


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: inclusion_proof(LARGE, 3, 3),
        lambda: inclusion_proof(LARGE, -1, 3),
        lambda: consistency_proof(LARGE, 4, 3),
    ],
)
def test_a_proof_of_what_cannot_be_is_not_made(
    impossible: Callable[[], object],
) -> None:
    with pytest.raises(ValueError, match="tree"):
        impossible()


@pytest.mark.parametrize("vector", TILES["tiles"])
def test_tiles_are_those_of_the_specification(vector: dict[str, Any]) -> None:
    tiles = list(tiles_of(vector["size"]))
    for level, (full, partial) in enumerate(
        zip(vector["full"], vector["partial"], strict=True)
    ):
        widths = [tile.width for tile in tiles if tile.level == level]
        assert widths == [256] * full + [partial] * bool(partial)


@pytest.mark.parametrize("vector", TILES["paths"])
def test_paths_are_those_of_the_specification(vector: dict[str, Any]) -> None:
    index, path = vector["index"], vector["path"]
    assert Tile(level=0, index=index).path == f"tile/0/{path}"
    partial = Tile(level=1, index=index, width=5)
    assert partial.path == f"tile/1/{path}.p/5"
    assert Tile(level=0, index=index, width=5).bundle_path == (
        f"tile/entries/{path}.p/5"
    )


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_536, LARGEST])
def test_tiles_give_the_same_root_and_proofs_as_the_leaves(size: int) -> None:
    tree = tiled(size, stored(size))
    assert root(tree, size) == root(LARGE, size)
    middle = size // 2
    assert inclusion_proof(tree, middle, size) == inclusion_proof(LARGE, middle, size)
    assert consistency_proof(tree, middle, size) == (
        consistency_proof(LARGE, middle, size)
    )


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=6).map(sorted))
def test_a_log_that_grew_in_steps_has_every_file_of_its_size(steps: list[int]) -> None:
    *before, size = steps
    grown, at_once = stored(size, tuple(before)), stored(size)
    assert at_once.items() <= grown.items()
    extra = grown.keys() - at_once.keys()
    assert all(".p/" in path for path in extra)  # only partial tiles of earlier sizes


def test_a_step_that_adds_nothing_writes_nothing() -> None:
    assert list(tiles_of(300, before=300)) == []


def test_a_tile_of_the_wrong_size_is_no_proof() -> None:
    files = stored(300)
    files["tile/0/001.p/44"] = files["tile/0/001.p/44"][:-1]
    with pytest.raises(BadProof, match="wrong size"):
        root(tiled(300, files), 300)


@pytest.mark.parametrize(("level", "index"), [(0, 300), (9, 0), (8, 1), (16, 0)])
def test_subtrees_beyond_the_log_are_not_made_up(level: int, index: int) -> None:
    with pytest.raises(BadProof, match="no such"):
        tiled(300, stored(300)).subtree(level, index)


@given(st.lists(st.binary(max_size=300)))
def test_bundles_give_their_entries_back(entries: list[bytes]) -> None:
    data = bundle(entries)
    assert entries_of(data) == entries
    for cut in range(1, min(len(data), 4)):
        shorter = data[:-cut]
        try:
            assert entries_of(shorter) == entries[: len(entries_of(shorter))]
        except InvalidMessage:
            continue


def test_an_entry_that_is_too_long_or_cut_off_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="65535"):
        bundle([bytes(65_536)])
    with pytest.raises(InvalidMessage, match="cut off"):
        entries_of(b"\0\5abc")
    with pytest.raises(InvalidMessage, match="cut off"):
        entries_of(b"\0")
