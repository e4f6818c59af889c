"""Collects what stewards approve with their passkeys, until there are enough."""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import NotAllowed, NotASteward
from neighborcam.hub.store.schema import APPROVALS
from neighborcam.protocol.approvals import Approval, check_approval
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.register import Register


def approval_of(credential: dict[str, Any], steward: str) -> Approval:
    """Return an approval out of a browser's credential. Raises `NotASteward`."""
    try:
        response = credential["response"]
        return Approval(
            steward=steward,
            authenticator_data=_bytes(response["authenticatorData"]),
            client_data=_bytes(response["clientDataJSON"]),
            signature=_bytes(response["signature"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotASteward("the passkey was not accepted") from None


class Approvals:
    """Approvals that wait for others."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    async def add(
        self,
        tx: AsyncConnection,
        register: Register,
        agency: str,
        kind: str,
        subject: bytes,
        approval: Approval,
    ) -> tuple[Approval, ...]:
        """Keep one and return all that count, the oldest first.

        Raises `NotASteward`, `NotAllowed` for one who is close to the agency, and
        `BadSignature` when something else was approved.
        """
        key = register.stewards.get(approval.steward)
        if key is None:
            raise NotASteward("the log knows no such steward")
        if not register.may_decide(approval.steward, agency):
            raise NotAllowed("you said that you are close to this agency")
        try:
            check_approval(approval, key, register.host, kind, subject)
        except BadSignature as problem:
            raise BadSignature(f"{problem}: look at it again, then approve") from None
        mine = _those(kind, subject)
        await tx.execute(
            delete(APPROVALS).where(*mine, APPROVALS.c.steward == approval.steward)
        )
        await tx.execute(
            insert(APPROVALS).values(
                kind=kind,
                subject=subject,
                steward=approval.steward,
                body=encode(approval),
                at=self._clock(),
            )
        )
        given = await self.all(tx, kind, subject)
        return tuple(
            each for each in given if register.may_decide(each.steward, agency)
        )

    async def all(
        self, tx: AsyncConnection, kind: str, subject: bytes
    ) -> tuple[Approval, ...]:
        """Return the approvals of something, the oldest first."""
        rows = await tx.scalars(
            select(APPROVALS.c.body)
            .where(*_those(kind, subject))
            .order_by(APPROVALS.c.at, APPROVALS.c.steward)
        )
        return tuple(decode(body, Approval) for body in rows)

    async def forget(self, tx: AsyncConnection, kind: str, subject: bytes) -> None:
        """Drop the approvals of something that was decided."""
        await tx.execute(delete(APPROVALS).where(*_those(kind, subject)))


def _those(kind: str, subject: bytes) -> tuple[Any, Any]:
    return APPROVALS.c.kind == kind, APPROVALS.c.subject == subject


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
