"""What this home says: alerts, taking them back, comments, reactions, flags.

Everything goes through `policy` and into the outbox, its diary, the token that pays
and the key that signs, in one transaction.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.errors import Conflict
from neighborcam.engine.index.letter_store import (
    UPDATE,
    Parcel,
    Quota,
    TokenGone,
)
from neighborcam.engine.index.own_rows import Own
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.neighbours import AlertView, Change, Draft
from neighborcam.engine.sharing.letters import (
    ALERTS,
    COMMENTS,
    FLAGS,
)
from neighborcam.engine.sharing.outbox import Outbox
from neighborcam.engine.sharing.pictures import Made
from neighborcam.engine.sharing.policy import DAY, may_comment, may_flag, may_publish
from neighborcam.engine.sharing.views import alert_view
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.engine.sharing.writing import (
    cancel_of,
    comment,
    flag,
    new_alert,
    post,
    update_of,
)
from neighborcam.protocol.alerts import Alert, MsgType, Token
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.feed import Published, ServedMedia

_TRIES: Final = 5
_AUTOMATIC: Final = "automatic alert"


class Speaking:
    """The voice of this home. ``stewards`` returns to whom envelopes are sealed."""

    def __init__(
        self,
        store: SharingStore,
        wallet: Wallet,
        outbox: Outbox,
        household: str,
        stewards: Callable[[], Awaitable[tuple[str, ...]]],
        clock: Callable[[], datetime],
    ) -> None:
        self._letters = store.letters
        self._wallet = wallet
        self._outbox = outbox
        self._household = household
        self._stewards = stewards
        self._clock = clock

    def preview(self, draft: Draft, cell: str, pictures: Sequence[Made]) -> AlertView:
        """Return what would be published. Raises `InvalidInput`."""
        alert, _ = new_alert(draft, cell, self._clock(), pictures)
        may_publish(alert, self._clock())
        return _seen(alert, self._clock())

    async def publish(
        self, draft: Draft, cell: str, pictures: Sequence[Made]
    ) -> AlertView:
        """Queue an alert with its pictures. Raises `InvalidInput`, `Conflict`."""
        now = self._clock()
        alert, key = new_alert(draft, cell, now, pictures)
        may_publish(alert, now)
        stewards = await self._stewards()

        def parcels(token: Token) -> list[Parcel]:
            body = post(alert, key, token, self._household, stewards)
            first = Parcel(
                chain=alert.id,
                path=ALERTS,
                body=body,
                kind=_AUTOMATIC if draft.automatic else "alert",
                summary=alert.headline,
                about=alert.id,
                purpose="post",
            )
            return [first, *(_picture(alert, each) for each in pictures)]

        own = Own(id=alert.id, seed=key.private_bytes_raw(), alert=encode(alert))
        quota = Quota(
            kind=_AUTOMATIC,
            since=now - DAY,
            check=lambda today: may_publish(alert, now, automatic_today=today),
        )
        await self._pay("post", parcels, own, quota)
        return _seen(alert, now)

    async def update(self, alert: str, change: Change) -> AlertView:
        """Queue a newer version. Raises `NotFound`, `InvalidInput`, `Conflict`."""
        own = self._letters.need_own_alert(alert)
        before = decode(own.alert, Alert)
        if before.original in self._taken_back():
            raise Conflict("this alert was taken back")
        made, now = update_of(before, change), self._clock()
        may_publish(made, now)
        key = Ed25519PrivateKey.from_private_bytes(own.seed)
        stewards = await self._stewards()

        def parcels(token: Token) -> list[Parcel]:
            return [
                Parcel(
                    chain=made.original,
                    path=ALERTS,
                    body=post(made, key, token, self._household, stewards),
                    kind=UPDATE,
                    summary=made.headline,
                    about=made.original,
                    purpose="post",
                )
            ]

        version = Own(id=made.id, seed=own.seed, alert=encode(made))
        await self._pay("post", parcels, version)
        return _seen(made, now)

    async def cancel(self, alert: str) -> None:
        """Queue the message that an alert was none. Raises `NotFound`."""
        self.take_back(self._letters.need_own_alert(alert))

    def take_back(self, own: Own) -> None:
        """Take an alert back: out of the outbox, and from all whom it has reached."""
        if self._letters.own(own.id) is None:
            return  # with another version of it, which never left
        alert = decode(own.alert, Alert)
        if alert.msg_type is MsgType.CANCEL or alert.original in self._taken_back():
            return
        chain = self._outbox.take_back(alert.original)
        if chain is None:
            for each in self._letters.own_alerts():
                if decode(each.alert, Alert).original == alert.original:
                    self._letters.disown(each.id)
            return
        key = Ed25519PrivateKey.from_private_bytes(own.seed)
        made = cancel_of(alert, self._clock())
        parcel = Parcel(
            chain=chain,
            path=ALERTS,
            body=post(made, key, None, self._household, ()),
            kind="cancel",
            summary=made.headline,
            about=made.original,
        )
        cancel = Own(id=made.id, seed=own.seed, alert=encode(made))
        self._letters.queue([parcel], self._clock(), own=cancel)
        self._outbox.wake()

    def holding(self) -> list[Own]:
        """Return the alerts of this home that hold and were not taken back."""
        now, gone = self._clock(), self._taken_back()
        return [
            each
            for each in self._letters.own_alerts()
            if (alert := decode(each.alert, Alert)).expires > now
            and alert.msg_type is not MsgType.CANCEL
            and alert.original not in gone
        ]

    async def comment(self, alert: str, text: str) -> None:
        """Queue a comment. Raises `InvalidInput`, `Conflict`."""
        key, stewards = Ed25519PrivateKey.generate(), await self._stewards()
        made = comment(alert, text, key)
        may_comment(made.comment)

        def parcels(token: Token) -> list[Parcel]:
            body = made.posted(token, self._household, stewards)
            return [
                Parcel(
                    chain=made.id,
                    path=COMMENTS,
                    body=body,
                    kind="comment",
                    summary=text.strip()[:80],
                    about=alert,
                    purpose="comment",
                )
            ]

        own = Own(id=made.id, seed=key.private_bytes_raw())
        await self._pay("comment", parcels, own)

    async def flag(self, subject: str, reason: str) -> None:
        """Queue the wish that stewards look at an alert or comment.

        Raises `InvalidInput`, `Conflict`.
        """
        may_flag(reason)

        def parcels(token: Token) -> list[Parcel]:
            return [
                Parcel(
                    chain=f"flag {subject}",
                    path=FLAGS,
                    body=flag(subject, reason, token),
                    kind="report",
                    summary=reason.strip()[:80],
                    purpose="flag",
                )
            ]

        await self._pay("flag", parcels)

    def _taken_back(self) -> frozenset[str]:
        alerts = (decode(each.alert, Alert) for each in self._letters.own_alerts())
        cancels = (each for each in alerts if each.msg_type is MsgType.CANCEL)
        return frozenset(each.original for each in cancels)

    async def _pay(
        self,
        purpose: str,
        parcels: Callable[[Token], Sequence[Parcel]],
        own: Own | None = None,
        quota: Quota | None = None,
    ) -> None:
        """Queue parcels with a token: both, or neither. Raises `Conflict`."""
        for _ in range(_TRIES):
            token = await self._wallet.look(purpose)
            try:
                self._letters.queue(
                    parcels(token),
                    self._clock(),
                    token=token.prepared,
                    own=own,
                    quota=quota,
                )
            except TokenGone:
                continue  # somebody was faster: there may be another
            self._outbox.wake()
            return
        raise Conflict("too much at once: try again")


def _picture(alert: Alert, made: Made) -> Parcel:
    return Parcel(
        chain=alert.id,
        path=f"{ALERTS}/{alert.id}/media/{made.media.sha256}",
        body=made.data,
        kind=made.media.kind,
        summary=alert.headline,
        about=alert.id,
        lane="media",
    )


def _seen(alert: Alert, now: datetime) -> AlertView:
    """Return an alert as neighbours would see it."""
    served = tuple(
        ServedMedia(sha256=each.sha256, kind=each.kind, type="", bytes=each.bytes)
        for each in alert.media
    )
    event = Published(seq=0, alert=alert, sig=bytes(64), published=now, media=served)
    return alert_view(event, mine=True)
