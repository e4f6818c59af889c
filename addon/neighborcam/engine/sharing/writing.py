"""Makes the messages of this home: alerts, versions of them, comments, votes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.neighbours import Change, Draft
from neighborcam.engine.sharing.pictures import Made
from neighborcam.engine.sharing.views import to_wire
from neighborcam.protocol.age_keys import parse_recipient
from neighborcam.protocol.alerts import (
    Alert,
    Category,
    Comment,
    CommentPost,
    Flag,
    MsgType,
    Origin,
    Post,
    Scope,
    Token,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.envelopes import THRESHOLD, close
from neighborcam.protocol.limits import AUTOMATIC, LONGEST, bucket
from neighborcam.protocol.signing import sign


def new_id() -> str:
    """Return 128 random bits as messages write them."""
    return secrets.token_hex(16)


def new_alert(
    draft: Draft, cell: str, now: datetime, pictures: Sequence[Made] = ()
) -> tuple[Alert, Ed25519PrivateKey]:
    """Return an alert of now and of a cell, and the key that it is signed with."""
    key = Ed25519PrivateKey.generate()
    longest = AUTOMATIC if draft.automatic else LONGEST
    lasts = timedelta(hours=draft.expires_in_h)
    alert = Alert(
        id=new_id(),
        origin=Origin.AUTOMATION if draft.automatic else Origin.PERSON,
        category=Category(to_wire(draft.category)),
        headline=draft.headline.strip(),
        text=draft.text.strip(),
        instruction=draft.instruction.strip(),
        urgency=draft.urgency,
        severity=draft.severity,
        certainty=draft.certainty,
        scope=Scope(draft.scope),
        onset=bucket((draft.onset or now).astimezone(UTC)),
        expires=now.replace(microsecond=0) + min(lasts, longest),
        cell=cell,
        media=tuple(each.media for each in pictures),
        author_key=key.public_key().public_bytes_raw(),
    )
    return alert, key


def update_of(alert: Alert, change: Change) -> Alert:
    """Return a newer version of an alert: what changed, and the rest as it was.

    It has no pictures: a hub takes those of each version anew, and none are kept here.
    """
    said = {
        name: value.strip()
        for name, value in msgspec.structs.asdict(change).items()
        if value is not None
    }
    return msgspec.structs.replace(
        alert,
        id=new_id(),
        msg_type=MsgType.UPDATE,
        references=(alert.original,),
        media=(),
        **said,
    )


def cancel_of(alert: Alert, now: datetime) -> Alert:
    """Return the message that an alert was none: it repeats it and says no more."""
    return Alert(
        id=new_id(),
        msg_type=MsgType.CANCEL,
        references=(alert.original,),
        status=alert.status,
        scope=alert.scope,
        origin=alert.origin,
        category=alert.category,
        urgency=alert.urgency if alert.onset > now else "past",
        severity=alert.severity,
        certainty=alert.certainty,
        onset=alert.onset,
        expires=alert.expires,
        cell=alert.cell,
        headline=alert.headline,
        author_key=alert.author_key,
    )


def post(
    alert: Alert,
    key: Ed25519PrivateKey,
    token: Token | None,
    household: str,
    stewards: Sequence[str],
) -> bytes:
    """Return an alert on its way to the hub, signed, with its envelope."""
    body = encode(alert)
    return encode(
        Post(
            alert=alert,
            sig=sign(key, "alert", body),
            token=token,
            envelope=_envelope(household, alert.id, stewards),
        )
    )


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A comment and its signature, on its way to the hub once it has a token."""

    comment: Comment
    sig: bytes

    @property
    def id(self) -> str:
        """The comment's id."""
        return self.comment.id

    def posted(self, token: Token, household: str, stewards: Sequence[str]) -> bytes:
        """Return the comment as it is sent."""
        envelope = _envelope(household, self.comment.id, stewards)
        return encode(
            CommentPost(
                comment=self.comment, sig=self.sig, token=token, envelope=envelope
            )
        )


def comment(alert: str, text: str, key: Ed25519PrivateKey) -> Remark:
    """Return a comment, signed."""
    made = Comment(
        id=new_id(),
        alert=alert,
        text=text.strip(),
        author_key=key.public_key().public_bytes_raw(),
    )
    return Remark(comment=made, sig=sign(key, "comment", encode(made)))


def flag(subject: str, reason: str, token: Token) -> bytes:
    """Return the wish that stewards look at something."""
    return encode(Flag(subject=subject, reason=reason.strip(), token=token))


def _envelope(household: str, subject: str, stewards: Sequence[str]) -> bytes | None:
    if len(stewards) < THRESHOLD:
        return None
    return close(household, subject, [parse_recipient(each) for each in stewards])
