from tests.bench.losses import Picture, _fingerprint, count, lost

ALL = (0.0, 100.0)


def played(*numbers: int | None) -> list[Picture]:
    return [
        Picture(at_s=at / 15, number=number, total=10)
        for at, number in enumerate(numbers)
    ]


def test_numbers_that_are_left_out_are_lost() -> None:
    assert lost(played(3, 4, 7, 8), ALL) == 2


def test_a_clip_that_begins_anew_is_no_loss() -> None:
    assert lost(played(8, 9, 0, 1), ALL) == 0


def test_only_the_pictures_of_the_span_count() -> None:
    pictures = played(0, 2, 3, 6)
    assert lost(pictures, (0.05, 0.2)) == 0
    assert count(pictures, (0.05, 0.2)) == 2


def test_a_picture_is_known_by_its_slices_alone() -> None:
    parameters, picture = b"\0\0\0\x02\x67x", b"\0\0\0\x03\x65ab"
    assert _fingerprint(parameters + picture) == _fingerprint(picture)
    assert _fingerprint(picture) != _fingerprint(b"\0\0\0\x03\x65ac")
