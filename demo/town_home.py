"""A home that takes part in a hub, by the engine's own link: a fake would be kinder."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.sharing.hub_link import HubLink, Membership, blinded
from neighborcam.protocol.accounts import Purpose
from neighborcam.protocol.alerts import (
    Alert,
    Category,
    Comment,
    CommentPost,
    MsgType,
    Post,
    ReactionKind,
    Token,
    Vote,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.limits import bucket
from neighborcam.protocol.signing import sign

CELL: Final = "881f1d4887fffff"


def new_id() -> str:
    """Return 128 random bits as messages write them."""
    return secrets.token_hex(16)


@dataclass(kw_only=True)
class Home:
    """A household with its keys. ``authors`` are the keys of its alerts."""

    link: HubLink
    member: Membership
    clock: Callable[[], datetime]
    authors: dict[str, Ed25519PrivateKey] = field(default_factory=dict)

    async def token(self, purpose: Purpose = "post") -> Token:
        """Fetch one token."""
        keys = await self.link.keys()
        made = blinded(keys.keys[purpose], 1)
        return (await self.link.tokens(self.member, keys, purpose, made))[0]

    def alert(self, **changes: Any) -> Alert:
        """Return a good alert of now, changed."""
        now = self.clock()
        key = Ed25519PrivateKey.generate()
        made = Alert(
            id=new_id(),
            category=Category.FIRE,
            onset=bucket(now),
            expires=now.replace(microsecond=0) + timedelta(hours=3),
            cell=CELL,
            headline="Smoke above the school",
            author_key=key.public_key().public_bytes_raw(),
        )
        made = msgspec.structs.replace(made, **changes)
        self.authors[made.original] = self.authors.get(made.original, key)
        return made

    def version(self, of: Alert, **changes: Any) -> Alert:
        """Return an update, or with ``msg_type`` another version, of an alert."""
        new = {"id": new_id(), "msg_type": MsgType.UPDATE, "references": (of.original,)}
        return msgspec.structs.replace(of, **(new | changes))

    def signed(self, alert: Alert, **more: Any) -> Post:
        """Return an alert on its way to the hub."""
        sig = sign(self.authors[alert.original], "alert", encode(alert))
        return Post(alert=alert, sig=sig, **more)

    async def post(self, **changes: Any) -> Alert:
        """Publish an alert."""
        alert = self.alert(**changes)
        await self.send(self.signed(alert, token=await self.token()))
        return alert

    async def send(self, post: Post) -> None:
        """Send an alert that was signed."""
        await self.link.publish(encode(post))

    async def put_media(self, alert: str, sha256: str, data: bytes) -> None:
        """Send a picture or clip that an alert announced."""
        await self.link.put(f"/api/alerts/{alert}/media/{sha256}", data)

    async def cancel(self, alert: Alert) -> Alert:
        """Take an alert back."""
        made = self.version(alert, msg_type=MsgType.CANCEL, media=())
        await self.send(self.signed(made))
        return made

    async def vote_token(self, subject: str, key: bytes) -> Token:
        """Fetch the one token about an alert or an agency."""
        (made,) = blinded(key, 1)
        return await self.link.vote_token(self.member, subject, key, made)

    async def vote(self, alert: Alert, kind: ReactionKind, key: bytes) -> Token:
        """React to an alert whose vote key is ``key``; return the token it cost."""
        token = await self.vote_token(alert.id, key)
        await self.link.send("/api/votes", Vote(alert=alert.id, kind=kind, token=token))
        return token

    async def comment(self, alert: Alert, text: str) -> Comment:
        """Write below an alert."""
        key = Ed25519PrivateKey.generate()
        made = Comment(
            id=new_id(),
            alert=alert.id,
            text=text,
            author_key=key.public_key().public_bytes_raw(),
        )
        post = CommentPost(
            comment=made,
            sig=sign(key, "comment", encode(made)),
            token=await self.token("comment"),
        )
        await self.link.send("/api/comments", post)
        return made

    async def reading_pass(self) -> str:
        """Fetch the pass of the day."""
        return await self.link.reading_pass(self.member)


async def join(
    session: aiohttp.ClientSession, hub: str, code: str, clock: Callable[[], datetime]
) -> Home:
    """Return a home that has just joined by an invite's code."""
    link = HubLink(session, hub, clock)
    member = await link.join(code, Ed25519PrivateKey.generate())
    return Home(link=link, member=member, clock=clock)
