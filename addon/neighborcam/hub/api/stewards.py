"""Handlers for stewards: passkeys, the queue, decisions, invites."""

import json

from aiohttp import web

from neighborcam.hub.api.desk import SESSION, Call
from neighborcam.hub.api.members import invite_link
from neighborcam.hub.api.messages import (
    CodeView,
    DecisionWish,
    HoldWish,
    InviteView,
    Login,
    NameWish,
    Opened,
    Registration,
    RegistrationWish,
    ShareWish,
    StewardView,
    WitnessWish,
)
from neighborcam.hub.api.plumbing import json_response
from neighborcam.hub.moderation import Case
from neighborcam.hub.offices import OfficeWish
from neighborcam.hub.openings import Told
from neighborcam.hub.sessions import SESSION_LASTS
from neighborcam.hub.takedowns import TakedownAsked
from neighborcam.protocol.envelopes import Share


async def registration(call: Call[None, RegistrationWish]) -> web.StreamResponse:
    """Options for a new passkey, by a steward's invite."""
    options = await call.desk.stewards.registration(call.body.code, call.body.name)
    return json_response(json.loads(options))


async def register(call: Call[None, Registration]) -> web.StreamResponse:
    """Become a steward."""
    session = await call.desk.stewards.register(
        call.body.code, call.body.name, call.body.recipient, call.body.credential
    )
    return _with_session(call, session, call.body.name)


async def login_options(call: Call[None, None]) -> web.StreamResponse:
    """Options for proving a passkey."""
    return json_response(json.loads(await call.desk.stewards.login()))


async def log_in(call: Call[None, Login]) -> web.StreamResponse:
    """Log in with a passkey."""
    session = await call.desk.stewards.log_in(call.body.credential)
    return _with_session(call, session, await call.desk.sessions.who(session))


async def log_out(call: Call[None, None]) -> web.StreamResponse:
    """End the session."""
    await call.desk.sessions.close(call.http_request.cookies.get(SESSION))
    response = web.Response(status=204)
    response.del_cookie(SESSION, path="/api")
    return response


async def me(call: Call[None, None]) -> StewardView:
    """Who is logged in."""
    return StewardView(name=await call.steward())


async def cases(call: Call[None, None]) -> tuple[Case, ...]:
    """The cases that wait, the oldest first."""
    await call.steward()
    return tuple(await call.desk.moderation.queue())


async def decide(call: Call[None, DecisionWish]) -> None:
    """Decide a case, with reasons that everybody can read."""
    await call.desk.moderation.decide(
        call.item("case"),
        call.body.verdict,
        rule=call.body.rule,
        fact=call.body.fact,
        steward=await call.steward(),
    )


async def takedowns(call: Call[None, None]) -> tuple[TakedownAsked, ...]:
    """Who asked for the removal of what a case is about, as far as they said."""
    await call.steward()
    return tuple(await call.desk.takedowns.asked(call.item("case")))


async def hold(call: Call[None, HoldWish]) -> None:
    """Hide an alert with its versions until a case about it is decided."""
    await call.steward()
    await call.desk.replies.hold(call.item("alert"), call.body.reason)


async def envelope(call: Call[None, None]) -> web.StreamResponse:
    """The sealed envelope of what a case is about."""
    await call.steward()
    sealed = await call.desk.openings.envelope(call.item("case"))
    return web.Response(body=sealed, content_type="application/json")


async def give_share(call: Call[None, ShareWish]) -> Opened:
    """Give the share that this steward opened; the second names the household."""
    by = Told(await call.steward(), call.body.ticket)
    household = await call.desk.openings.give_share(
        call.item("case"),
        _share(call.body),
        by=by,
        reason=call.body.reason,
    )
    return Opened(household=household or "")


async def close_account(call: Call[None, ShareWish]) -> None:
    """Delete the account that this steward's share named, with another's."""
    by = Told(await call.steward(), call.body.ticket)
    await call.desk.openings.close_account(call.item("case"), _share(call.body), by=by)


async def invite_household(call: Call[None, None]) -> InviteView:
    """An invite for a household."""
    await call.steward()
    code = await call.desk.households.invite_by_steward()
    return InviteView(link=invite_link(call, code))


async def invite_steward(call: Call[None, NameWish]) -> CodeView:
    """An invite for another steward, whom a second one has to confirm."""
    steward = await call.steward()
    code = await call.desk.offices.invite(call.body.name, by=steward)
    return CodeView(code=code, link=f"{call.desk.settings.url}/#steward={code}")


async def remove_steward(call: Call[None, NameWish]) -> None:
    """Lay down the office, or want that another's ends."""
    await call.desk.offices.remove(call.body.name, by=await call.steward())


async def offices(call: Call[None, None]) -> tuple[OfficeWish, ...]:
    """Appointments and removals that another steward has to agree to."""
    await call.steward()
    return tuple(await call.desk.offices.waiting())


async def second_office(call: Call[None, None]) -> None:
    """Agree to an appointment or removal that another steward wants."""
    steward = await call.steward()
    await call.desk.offices.second(call.item("wish"), steward)


async def withdraw_office(call: Call[None, None]) -> None:
    """Let go an appointment or removal."""
    await call.steward()
    await call.desk.offices.withdraw(call.item("wish"))


async def witness(call: Call[None, WitnessWish]) -> None:
    """Become a witness of another hub's log."""
    await call.steward()
    await call.desk.witness.add_log(call.body.vkey)


def _share(wish: ShareWish) -> Share:
    return Share(subject=wish.subject, x=wish.x, y=wish.y)


def _with_session(
    call: Call[None, object], session: str, name: str
) -> web.StreamResponse:
    response = json_response(StewardView(name=name))
    response.set_cookie(
        SESSION,
        session,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/api",
        httponly=True,
        secure=call.desk.settings.url.startswith("https://"),
        samesite="Strict",
    )
    return response
