"""Handlers for what a household says by name (spec/accounts.md)."""

from neighborcam import __version__
from neighborcam.hub.api.desk import Call
from neighborcam.hub.api.messages import (
    HubView,
    InviteView,
    Joined,
    Keys,
    Pass,
    SignedTokens,
)
from neighborcam.protocol.accounts import (
    InviteWish,
    Join,
    Leave,
    PassWish,
    TokenWish,
    VoteWish,
)
from neighborcam.protocol.invites import Invite, link_of


async def hub(call: Call[None, None]) -> HubView:
    """What this hub is: its keys, its stewards, what it takes."""
    desk = call.desk
    return HubView(
        name=desk.settings.name,
        contact=desk.settings.contact,
        version=__version__,
        log=desk.log.key.vkey,
        witness=desk.witness.key.vkey,
        witnesses=tuple(key for key, _url in desk.settings.witnesses),
        quorum=desk.settings.quorum,
        stewards=tuple(await desk.stewards.names()),
        recipients=tuple(await desk.stewards.recipients()),
        takes_media=desk.settings.takes_media,
        has_census=desk.settings.census is not None,
        crowd=desk.crowd,
    )


async def join(call: Call[None, Join]) -> Joined:
    """Take part, by an invite."""
    return Joined(household=await call.desk.households.join(call.body))


async def leave(call: Call[None, Leave]) -> None:
    """Have the account deleted."""
    await call.desk.households.leave(call.body)


async def keys(call: Call[None, None]) -> Keys:
    """The token keys of the day, and the proof that the public log has them."""
    entry, public = await call.desk.keys.of_today()
    proof = await call.desk.log.prove(entry)
    return Keys(epoch=entry.epoch, keys=public, proof=proof.encode().decode())


async def tokens(call: Call[None, TokenWish]) -> SignedTokens:
    """Have tokens of the day signed, blindly."""
    await call.desk.keys.of_today()
    signed = await call.desk.households.tokens(call.body)
    return SignedTokens(signatures=tuple(signed))


async def vote_token(call: Call[None, VoteWish]) -> SignedTokens:
    """Have the one vote token signed that a household gets for an alert."""
    return SignedTokens(signatures=(await call.desk.households.vote_token(call.body),))


async def reading_pass(call: Call[None, PassWish]) -> Pass:
    """The pass of the day, the same for every member."""
    epoch, text = await call.desk.households.reading_pass(call.body)
    return Pass(epoch=epoch, reading_pass=text)


async def invite(call: Call[None, InviteWish]) -> InviteView:
    """An invite for a neighbour, as a link."""
    return InviteView(
        link=invite_link(call, await call.desk.households.invite(call.body))
    )


def invite_link(call: Call[None, object], code: str) -> str:
    """Return the link for an invite's code."""
    settings = call.desk.settings
    return link_of(
        Invite(
            hub=settings.url,
            code=code,
            log=call.desk.log.key.vkey,
            witnesses=tuple(key for key, _url in settings.witnesses),
            quorum=settings.quorum,
        )
    )
