"""Handlers for cases: where each stands, what is due, how it ends."""

from datetime import datetime
from typing import Any

import msgspec

from neighborcam.agency.case_state import CaseState, KeptAnswer
from neighborcam.agency.collecting import last_call, rounds_over
from neighborcam.agency.custody import Line
from neighborcam.agency.desk import Desk
from neighborcam.agency.erasing import is_copied
from neighborcam.agency.errors import (
    DeskUnreadable,
    HubAway,
    HubMisbehaves,
    HubSaidNo,
    NotNow,
)
from neighborcam.agency.links import link_of
from neighborcam.agency.page.messages import (
    AnswerView,
    CaseLine,
    CasesView,
    CaseView,
    ClipView,
    CollectedView,
    CustodyLine,
    DueView,
    EndWish,
    FateWish,
    OutcomeWish,
    Warnings,
)
from neighborcam.agency.page.plumbing import Call
from neighborcam.agency.reminders import Reminder, reminders
from neighborcam.protocol import rounds
from neighborcam.protocol.answers import Item
from neighborcam.protocol.register import Register
from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.requests import SignedRequest


async def list_cases(call: Call[None]) -> CasesView:
    """All cases of this desk, and what is due."""
    desk = call.room.desk
    register, problem = await _register(desk)
    signed = sorted(
        desk.parts.book.requests(),
        key=lambda each: each.request.published,
        reverse=True,
    )
    return CasesView(
        cases=tuple([await _line(desk, each, register) for each in signed]),
        due=tuple(_due(each) for each in reminders(desk.parts, register)),
        problem=problem,
    )


async def case(call: Call[None]) -> CaseView:
    """One case whole."""
    desk, id_ = call.room.desk, call.item("request")
    register, problem = await _register(desk)
    signed, now = desk.parts.book.request(id_), desk.parts.clock()
    state, asked = _state(desk, id_), register.requests.get(id_)
    record = register.agencies.get(signed.request.agency)
    known = state.homes.keys() | set(state.missed)
    waiting = rounds_over(asked, now) if asked and state.closed is None else []
    return CaseView(
        line=await _line(desk, signed, register),
        signed=signed,
        link=link_of(signed),
        jurisdiction=msgspec.to_builtins(record.record.jurisdiction)
        if record
        else None,
        logged=asked.logged if asked else None,
        ended=asked.ended_at(now) if asked else None,
        last_call=last_call(asked, now) if asked else None,
        next_round=_next_round(asked, now) if asked else None,
        rounds_waiting=sum(each not in known for each in waiting),
        missed=len(state.missed),
        outcome=asked.outcome.result if asked and asked.outcome else "",
        deletion=asked.deletion.what if asked and asked.deletion else "",
        due=tuple(
            _due(each)
            for each in reminders(desk.parts, register)
            if each.request == id_
        ),
        answers=tuple(_answer(each) for each in _answers(state)),
        custody=tuple(_custody(each) for each in desk.custody(id_)),
        problem=problem,
    )


async def collect(call: Call[None]) -> CollectedView:
    """Fetch the rounds that are over."""
    found = await call.room.desk.collect(call.item("request"))
    return CollectedView(homes=found.homes, fresh=found.fresh, missed=found.missed)


async def deliver(call: Call[None]) -> None:
    """Send the words that wait for owners."""
    if await call.room.desk.deliver(call.item("request")):
        raise HubAway("the hub did not take them: they wait still")


async def end(call: Call[EndWish]) -> None:
    """End a request before its time."""
    await call.room.desk.end(call.item("request"), call.body.how)


async def outcome(call: Call[OutcomeWish]) -> None:
    """File what came of a request."""
    wish = call.body
    await call.room.desk.file_outcome(call.item("request"), wish.result, wish.text)


async def before_deletion(call: Call[None]) -> Warnings:
    """What somebody should know before everything is destroyed."""
    desk, request = call.room.desk, call.item("request")
    warnings = await desk.before_deletion(request)
    copies = any(is_copied(each) for each in _state(desk, request).answers.values())
    return Warnings(warnings=tuple(warnings), has_copies=copies)


async def delete(call: Call[FateWish]) -> None:
    """Destroy answers and keys, and attest it."""
    await call.room.desk.delete(call.item("request"), call.body.fate)


async def _register(desk: Desk) -> tuple[Register, str]:
    """Return what the log says, or said last when the hub cannot be asked."""
    try:
        return await desk.register(), ""
    except (HubAway, HubMisbehaves) as problem:
        return desk.parts.log.known(), str(problem)


def _state(desk: Desk, request: str) -> CaseState:
    try:
        return desk.state(request)
    except NotNow:
        return CaseState()  # a supervisor's: the officer's desk has the keys


async def _line(desk: Desk, signed: SignedRequest, register: Register) -> CaseLine:
    request, asked = signed.request, register.requests.get(signed.request.id)
    is_own = request.id in desk.parts.ring.keys.cases
    try:
        state, reason = _state(desk, request.id), ""
    except DeskUnreadable as problem:
        state, reason = CaseState(), str(problem)
    if asked is not None:
        where: str = asked.state_at(desk.parts.clock())
    else:
        where, reason = await _outside(desk, signed)
    answered = [each for each in state.answers.values() if each.kind != "revoked"]
    return CaseLine(
        id=request.id,
        case_ref=request.case_ref,
        offence=request.offence,
        state=where,
        reason=reason,
        published=request.published,
        expires=request.expires,
        homes=max(state.homes.values(), default=0),
        answers=len(answered),
        is_own=is_own,
        untold=state.untold,
    )


async def _outside(desk: Desk, signed: SignedRequest) -> tuple[str, str]:
    """Return where a request is that the log does not have, and why."""
    if signed.supervisor is None:
        return "signed", ""
    try:
        status = await desk.parts.client.status(signed.request.id)
    except (HubSaidNo, HubAway):
        return "countersigned", ""
    return status.state, status.reason


def _next_round(asked: Asked, now: datetime) -> datetime | None:
    """Return when the round that runs can be collected."""
    request = asked.request
    if asked.ended_at(now) is not None:
        return None
    number = rounds.round_at(asked.logged, now, urgent=request.urgent)
    _, ends = rounds.span(
        asked.logged, request.expires, max(0, number), urgent=request.urgent
    )
    return ends + rounds.GRACE


def _answers(state: CaseState) -> list[KeptAnswer]:
    return sorted(state.answers.values(), key=lambda each: (each.at, each.id))


def _answer(kept: KeptAnswer) -> AnswerView:
    said: dict[str, Any] = {"about": "", "text": "", "contact": ""}
    clips: tuple[ClipView, ...] = ()
    holds = False
    if kept.erased is None:
        answer = kept.answer
        said = {
            "about": answer.about or "",
            "text": answer.text,
            "contact": answer.contact,
        }
        holds = answer.holds_originals
        clips = tuple(
            _clip(item, its.state)
            for item, its in zip(answer.items, kept.items, strict=True)
        )
    return AnswerView(
        id=kept.id,
        kind=kept.kind,
        at=kept.at,
        holds_originals=holds,
        clips=clips,
        questions=tuple(kept.questions),
        revoked=kept.revoked,
        erased=kept.erased,
        **said,
    )


def _clip(item: Item, state: str) -> ClipView:
    found = item.manifest
    return ClipView(
        kind=found.kind,
        state=state,
        bytes=found.bytes,
        sha256=found.sha256,
        started=found.started,
        ended=found.ended,
        width=found.width,
        height=found.height,
        edits=tuple(found.edits),
        redaction=tuple(found.redaction),
    )


def _custody(line: Line) -> CustodyLine:
    return CustodyLine(
        at=line.at, what=line.what, about=line.about, by=line.certificate
    )


def _due(each: Reminder) -> DueView:
    return DueView(
        what=each.what, due=each.due, case_ref=each.case_ref, request=each.request
    )
