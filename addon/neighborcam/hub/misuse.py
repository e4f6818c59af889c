"""Says in public that somebody asked with a certificate that was revoked.

Only what is signed as it should be counts: whoever can do that has, or had, the key of
an officer. What anybody can forge is refused and counted, and written nowhere.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.public_log import PublicLog
from neighborcam.protocol.agency_entries import REVOKED, RequestRefused
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.register_state import RegisterState
from neighborcam.protocol.requests import SignedRequest, check_signatures

MOST: Final = 3  # of an agency in a day: a stolen key must not fill the log
_DAY: Final = timedelta(days=1)


async def note_misuse(
    tx: AsyncConnection, log: PublicLog, signed: SignedRequest, now: datetime
) -> None:
    """Log a request that was refused, if a revoked certificate signed it properly."""
    register = await log.register(tx)
    if not _is_misuse(register, signed, now):
        return
    known = [
        sha256
        for at, sha256 in register.agency(signed.request.agency).misused
        if at > now - _DAY
    ]
    if signed.sha256 in known or len(known) >= MOST:
        return
    await log.add(
        tx,
        RequestRefused(
            at=now.replace(microsecond=0),
            agency=signed.request.agency,
            request=signed.sha256,
            offence=signed.request.offence,
            rule=REVOKED,
            fact="The hub refused it by itself.",
            steward="",
        ),
    )


def _is_misuse(register: RegisterState, signed: SignedRequest, now: datetime) -> bool:
    agency = register.agencies.get(signed.request.agency)
    if agency is None:
        return False
    try:
        check_signatures(signed, agency.record.key, now)
    except ProtocolError:
        return False
    signers = (signed.officer, signed.supervisor)
    return any(each and each.sha256 in register.revoked for each in signers)
