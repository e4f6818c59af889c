from itertools import combinations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.protocol.age_keys import ClassicIdentity, parse_identity
from neighborcam.protocol.envelopes import (
    PRIME,
    Share,
    close,
    combine,
    open_share,
    parse_envelope,
)
from neighborcam.protocol.errors import CannotOpen, InvalidMessage
from tests.protocol.messages import ID, OTHER_ID
from tests.protocol.vectors import vectors

STEWARDS = [ClassicIdentity(bytes([n]) * 32) for n in (1, 2, 3)]
RECIPIENTS = [each.recipient for each in STEWARDS]
VECTOR = vectors("envelopes")


@pytest.mark.parametrize("pair", list(combinations(range(3), 2)))
def test_any_two_stewards_learn_who_it_was(pair: tuple[int, int]) -> None:
    data = close(ID, OTHER_ID, RECIPIENTS)
    one, other = (open_share(data, each, STEWARDS[each]) for each in pair)
    assert combine(one, other) == combine(other, one) == ID
    assert one.subject == OTHER_ID


@given(st.integers(0, 2**128 - 1), st.integers(0, PRIME - 1), st.integers(0, 2**128))
def test_one_share_fits_every_household(secret: int, slope: int, other: int) -> None:
    """For any other secret there is a slope that gives steward 1 the same share."""
    share = (secret + slope) % PRIME
    another = (share - other) % PRIME
    assert (other + another) % PRIME == share


def test_a_share_is_for_its_steward_only() -> None:
    data = close(ID, OTHER_ID, RECIPIENTS)
    with pytest.raises(CannotOpen):
        open_share(data, 0, STEWARDS[1])
    for position in (-1, 3):
        with pytest.raises(CannotOpen, match="no share"):
            open_share(data, position, STEWARDS[0])


def test_shares_that_do_not_belong_together_say_nothing() -> None:
    mine = close(ID, OTHER_ID, RECIPIENTS)
    another = close(ID, ID, RECIPIENTS)
    one = open_share(mine, 0, STEWARDS[0])
    for other in (one, open_share(another, 1, STEWARDS[1])):
        with pytest.raises(CannotOpen, match="two shares"):
            combine(one, other)


def test_an_envelope_of_nonsense_names_nobody() -> None:
    shares = (
        Share(subject=ID, x=x, y=y.to_bytes(17))
        for x, y in ((1, PRIME - 1), (2, PRIME - 1))
    )
    with pytest.raises(CannotOpen, match="made it up"):
        combine(*shares)


def test_only_an_id_goes_into_an_envelope() -> None:
    with pytest.raises(InvalidMessage):
        close("Elm Street 5", OTHER_ID, RECIPIENTS)
    with pytest.raises(InvalidMessage):
        parse_envelope(b"{}")


def test_the_vector_opens() -> None:
    shares = [msgspec.convert(each, Share) for each in VECTOR["shares"]]
    assert combine(*shares) == VECTOR["household"]
    sealed = VECTOR["envelope"].encode()
    opened = [
        open_share(sealed, position, parse_identity(identity))
        for position, identity in enumerate(VECTOR["identities"])
    ]
    assert opened == shares
