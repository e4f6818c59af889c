"""Makes the messages of this home: alerts, versions of them, comments, votes."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.sharing.filters import Place
from neighborcam.protocol.age_keys import parse_recipient
from neighborcam.protocol.alerts import (
    Alert,
    Category,
    Comment,
    CommentPost,
    Media,
    MsgType,
    Origin,
    Post,
    Scope,
    Token,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.cells import publish_cell
from neighborcam.protocol.envelopes import THRESHOLD, close
from neighborcam.protocol.limits import bucket
from neighborcam.protocol.signing import sign


def new_id() -> str:
    """Return 128 random bits as messages write them."""
    return secrets.token_hex(16)


def new_alert(
    place: Place,
    now: datetime,
    *,
    category: Category,
    headline: str,
    text: str,
    instruction: str,
    urgency: str,
    severity: str,
    certainty: str,
    scope: str,
    lasts: timedelta,
    automatic: bool,
    media: tuple[Media, ...] = (),
) -> tuple[Alert, Ed25519PrivateKey]:
    """Return an alert of now and here, and the key that it is signed with.

    Here is the cell of resolution 8: finer ones need a hub's census at home.
    """
    key = Ed25519PrivateKey.generate()
    longest = timedelta(hours=2) if automatic else timedelta(days=30)
    alert = Alert(
        id=new_id(),
        origin=Origin.AUTOMATION if automatic else Origin.PERSON,
        category=category,
        headline=headline.strip(),
        text=text.strip(),
        instruction=instruction.strip(),
        urgency=urgency,  # type: ignore[arg-type] # the API's words are the wire's
        severity=severity,  # type: ignore[arg-type] # likewise
        certainty=certainty,  # type: ignore[arg-type] # likewise
        scope=Scope(scope),
        onset=bucket(now),
        expires=now.replace(microsecond=0) + min(lasts, longest),
        cell=publish_cell(place.latitude, place.longitude, None),
        media=media,
        author_key=key.public_key().public_bytes_raw(),
    )
    return alert, key


def cancel_of(alert: Alert) -> Alert:
    """Return the message that an alert was none."""
    return Alert(
        id=new_id(),
        msg_type=MsgType.CANCEL,
        references=(alert.original,),
        status=alert.status,
        scope=alert.scope,
        origin=alert.origin,
        category=alert.category,
        urgency="past",
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


def comment(
    alert: str,
    text: str,
    key: Ed25519PrivateKey,
    token: Token,
    household: str,
    stewards: Sequence[str],
) -> tuple[str, bytes]:
    """Return a comment's id, and the comment on its way to the hub."""
    made = Comment(
        id=new_id(),
        alert=alert,
        text=text.strip(),
        author_key=key.public_key().public_bytes_raw(),
    )
    body = CommentPost(
        comment=made,
        sig=sign(key, "comment", encode(made)),
        token=token,
        envelope=_envelope(household, made.id, stewards),
    )
    return made.id, encode(body)


def _envelope(household: str, subject: str, stewards: Sequence[str]) -> bytes | None:
    if len(stewards) < THRESHOLD:
        return None
    return close(household, subject, [parse_recipient(each) for each in stewards])
