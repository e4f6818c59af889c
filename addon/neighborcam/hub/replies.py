"""Takes what neighbours say to an alert: comments, votes, flags."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.alerts import Alerts
from neighborcam.hub.cases import open_case
from neighborcam.hub.chains import Chain
from neighborcam.hub.envelope_shelf import keep_envelope
from neighborcam.hub.errors import Conflict, IdTaken, NotFound
from neighborcam.hub.events import alert_row, renumber, shown_row
from neighborcam.hub.hiding import hide, weigh_disputes
from neighborcam.hub.ids import check_id
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import ALERTS, COMMENTS, VOTES
from neighborcam.hub.token_keys import TokenKeys, check_token
from neighborcam.protocol.alerts import (
    Comment,
    CommentPost,
    Flag,
    MsgType,
    ReactionKind,
    Vote,
)
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.feed import PublishedComment
from neighborcam.protocol.limits import check_comment
from neighborcam.protocol.signing import verify
from neighborcam.protocol.standing import Happening, Standing
from neighborcam.protocol.wording import concerns

VERIFIED_BY: Final = 2  # households that confirm
VERIFIED_IN: Final = timedelta(minutes=10)
_CONFIRMS: Final = (ReactionKind.CONFIRM, ReactionKind.SEEN_TOO)


class Replies:
    """What neighbours say to the alerts of a hub."""

    def __init__(
        self,
        database: Database,
        keys: TokenKeys,
        log: PublicLog,
        alerts: Alerts,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keys = keys
        self._log = log
        self._alerts = alerts
        self._clock = clock

    async def comment(self, post: CommentPost) -> None:
        """Take a comment. Raises as `publish` does."""
        comment, body = post.comment, encode(post.comment)
        verify(comment.author_key, "comment", body, post.sig)
        check_comment(comment)
        async with self._database.write() as tx:
            before = (
                await tx.execute(select(COMMENTS).where(COMMENTS.c.id == comment.id))
            ).first()
            if before is not None:
                if before.body != body:
                    raise IdTaken("another comment has this id")
                return
            chain = await Chain.around(tx, comment.alert)
            chain.check_lasts(self._clock())
            head = chain.head.id
            await check_id(tx, await self._log.register(tx), comment.id)
            await self._keys.spend(tx, post.token, "comment", body)
            await tx.execute(
                insert(COMMENTS).values(
                    id=comment.id,
                    alert=comment.alert,
                    body=body,
                    sig=post.sig,
                    standing=Standing.SHOWN,
                    at=self._clock(),
                )
            )
            await keep_envelope(tx, comment.id, post.envelope, self._clock())
            if found := concerns(comment.text):
                reason = ", ".join(found)
                await open_case(
                    tx, comment.id, "comment", "rule", reason, self._clock()
                )
            await renumber(tx, head)
        await self._alerts.tell(head)

    async def comments(self, alert: str) -> list[PublishedComment]:
        """Return the comments below all versions of an alert, oldest first.

        Raises `NotFound`.
        """
        async with self._database.read() as tx:
            await shown_row(tx, alert)
            ids = (await Chain.around(tx, alert)).ids
            rows = await tx.execute(
                select(COMMENTS)
                .where(COMMENTS.c.alert.in_(ids), COMMENTS.c.standing == Standing.SHOWN)
                .order_by(COMMENTS.c.at, COMMENTS.c.id)
            )
            return [_comment(row) for row in rows]

    async def vote(self, vote: Vote) -> None:
        """Take a household's reaction; a later one with its token replaces it."""
        name = sha256(vote.token.prepared).digest()
        async with self._database.write() as tx:
            chain = await Chain.around(tx, vote.alert)
            chain.check_lasts(self._clock())
            head = chain.head
            check_token(head.vote_public, vote.token)
            done = await tx.execute(
                update(VOTES)
                .where(VOTES.c.token == name)
                .values(kind=vote.kind, at=self._clock())
            )
            if done.rowcount == 0:
                await tx.execute(
                    insert(VOTES).values(
                        token=name,
                        alert=head.original,
                        kind=vote.kind,
                        at=self._clock(),
                    )
                )
            await self._verify(tx, head, vote.kind)
            await renumber(tx, head.id)
            hidden: list[str] = []
            if chain.cancel is None:  # what takes back cannot be voted away
                hidden = await weigh_disputes(tx, chain, self._clock())
        await self._alerts.tell(head.id, *hidden)

    async def _verify(
        self, tx: AsyncConnection, row: Row[Any], kind: ReactionKind
    ) -> None:
        """Call a version verified that two households confirm within ten minutes."""
        if kind not in _CONFIRMS or row.verified:
            return
        since = max(row.published, self._clock() - VERIFIED_IN)
        soon = await tx.scalar(
            select(func.count()).where(
                VOTES.c.alert == row.original,
                VOTES.c.kind.in_(_CONFIRMS),
                VOTES.c.at >= since,
            )
        )
        if (soon or 0) >= VERIFIED_BY:
            await tx.execute(
                update(ALERTS).where(ALERTS.c.id == row.id).values(verified=True)
            )

    async def flag(self, flag: Flag) -> None:
        """Have stewards look at an alert or comment; nothing is hidden by it."""
        async with self._database.write() as tx:
            if not await self._keys.spend(tx, flag.token, "flag", encode(flag)):
                return  # taken before: a steward may have decided meanwhile
            kind = "alert"
            if await alert_row(tx, flag.subject) is None:
                kind = "comment"
                if not await tx.scalar(
                    select(COMMENTS.c.id).where(COMMENTS.c.id == flag.subject)
                ):
                    raise NotFound("there is no such alert or comment")
            await open_case(tx, flag.subject, kind, "flag", flag.reason, self._clock())

    async def hold(self, alert: str, reason: str) -> None:
        """Hide an alert for a steward, until a case about it is decided.

        Raises `NotFound`, and `Conflict` for what takes an alert back.
        """
        async with self._database.write() as tx:
            row = await shown_row(tx, alert)
            if row.msg_type == MsgType.CANCEL:
                raise Conflict("what takes back an alert is not hidden: decide a case")
            chain, now = await Chain.of(tx, row.original), self._clock()
            hidden = await hide(
                tx, chain, Happening.DISPUTED, "flag", reason, now, about=alert
            )
        await self._alerts.tell(*hidden)


def _comment(row: Row[Any]) -> PublishedComment:
    comment = decode(row.body, Comment)
    return PublishedComment(
        id=comment.id,
        alert=comment.alert,
        text=comment.text,
        author_key=comment.author_key,
        sig=row.sig,
        at=row.at,
    )
