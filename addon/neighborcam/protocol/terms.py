"""The Terms of Asking, which an agency accepts by its root key's signature.

The text is that of spec/terms.md, byte for byte. Desk, hub and home know its hash, so
nobody can accept, or let anybody accept, other terms (spec/agencies.md).
"""

from hashlib import sha256
from typing import Final

from neighborcam.protocol.errors import OutsideLimits

TERMS: Final = """\
# Terms of Asking

By signing its record with its root key, an agency accepts, in public:

1. Requests are voluntary for those who are asked. The agency says nothing else, \
and holds no answer and no silence against anybody.
2. Clips are deleted within the days that the request names, 90 at most, unless \
they became evidence in a case; either is attested.
3. Clips are not passed on without an order of a court.
4. No recognition of faces, no comparison with databases of persons, no training of \
models, neither with clips nor with what is in them.
5. No request is about an assembly or a protest, a faith, a union or a strike, \
somebody's right to stay in a country, a pregnancy or other care of a body, or whom \
somebody loves. What is asked about is an offence of the list in the protocol, and \
nothing besides.
6. An outcome is filed within 30 days after a request ended; while the case is open it \
is put off once, for 30 days.
7. A revoked clip is deleted within 14 days.
8. Who does not keep this is suspended by the hub's software; two stewards may lift \
that, in public.
"""
TERMS_SHA256: Final = sha256(TERMS.encode()).hexdigest()
# Terms of before stay here: logs in which agencies accepted them are still read.
KNOWN: Final = frozenset({TERMS_SHA256})


def check_terms(accepted: str) -> None:
    """Raise `OutsideLimits` unless these are Terms of Asking that this wire knows."""
    if accepted not in KNOWN:
        raise OutsideLimits(
            "terms",
            "the record accepts other terms than the Terms of Asking (spec/terms.md):"
            " make it anew with `neighborcam agency record`, which writes"
            f" {TERMS_SHA256[:16]}… into it",
        )
