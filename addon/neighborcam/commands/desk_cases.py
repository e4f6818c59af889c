"""Actions of `neighborcam agency` about requests and what homes answered."""

import sys
from pathlib import Path

import msgspec

from neighborcam.agency import files
from neighborcam.agency.case_state import KeptAnswer
from neighborcam.agency.drafts import Draft, request_of, throw_away_seal
from neighborcam.agency.errors import HubSaidNo, InvalidInput, NotNow
from neighborcam.agency.links import link_of, read_link
from neighborcam.agency.reminders import reminders
from neighborcam.agency.texts import shown
from neighborcam.commands.desk_session import Session, now
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.request_wording import findings

# -- asking ----------------------------------------------------------------------------


async def check(session: Session, path: str) -> str:
    """Say what keeps a draft from being asked."""
    draft = files.read_written(Path(path), Draft)
    request = request_of(draft, session.ring, throw_away_seal, now())
    for each in findings(request):  # hints: only a person can tell
        told = f"{each.field}: “{each.words}”: {each.advice}"
        print(shown(told), file=sys.stderr)
    return await session.desk.problems(request) or "it may be asked"


async def sign(session: Session, path: str) -> str:
    """Sign a request."""
    draft, desk = files.read_written(Path(path), Draft), session.desk
    looked_at = request_of(draft, session.ring, throw_away_seal, now())
    problem = await desk.problems(looked_at)
    if problem is not None:
        raise NotNow(problem)
    request = request_of(draft, session.ring, desk.new_seal, now())
    return link_of(await desk.sign(request))


def show(_session: Session, link: str) -> str:
    """Show what a link asks for."""
    signed = read_link(link)
    text = msgspec.json.format(encode(signed.request)).decode()
    names = [f"signed by {shown(signed.officer.certificate.name)}"]
    if signed.supervisor is not None:
        names.append(f"countersigned by {shown(signed.supervisor.certificate.name)}")
    return "\n".join([*map(shown, text.splitlines()), *names])


async def countersign(session: Session, link: str) -> str:
    """Sign what an officer signed."""
    signed, desk = read_link(link), session.desk
    await desk.look_at(signed)
    print(show(session, link), file=sys.stderr)
    session.confirm("Sign this as its supervisor?")
    return link_of(await desk.countersign(signed))


async def submit(session: Session, link: str) -> str:
    """Send a request, signed by both, to the hub."""
    return await session.desk.submit(read_link(link))


# -- cases -----------------------------------------------------------------------------


def list_requests(session: Session) -> str:
    """List this desk's requests."""
    return "\n".join(
        f"{each.request.id}  {each.request.case_ref}  {each.request.offence}"
        for each in session.book.requests()
    )


async def watch(session: Session, request: str) -> str:
    """Say where a request is."""
    desk = session.desk
    asked = (await desk.register()).requests.get(request)
    if asked is None:
        session.book.request(request)
        try:
            status = await session.client.status(request)
        except HubSaidNo:
            return "signed, and not at the hub"
        return ", ".join(shown(each) for each in (status.state, status.reason) if each)
    due = asked.due(now()).items()
    said = [f"{what} due {when:%Y-%m-%d}" for what, when in due]
    return ", ".join([asked.state_at(now()), *said])


async def remind(session: Session) -> str:
    """Say what is due."""
    desk = session.desk
    found = reminders(desk.parts, await desk.register())
    return "\n".join(shown(each.line(now())) for each in found)


def custody(session: Session, request: str) -> str:
    """Show what was done with the evidence of a request."""
    signed = session.book.request(request)
    return "\n".join(
        f"{line.at:%Y-%m-%d %H:%M:%S}  {line.what}  {line.about}"
        f"  by {line.certificate[:16]}"
        for line in session.book.custody(signed).lines()
    )


# -- answers ---------------------------------------------------------------------------


async def collect(session: Session, request: str) -> str:
    """Fetch the rounds that are over."""
    desk = session.desk
    found = await desk.collect(request)
    told = [f"{found.homes} homes took part; {found.fresh} new answers"]
    if found.missed:
        told.append(
            f"{found.missed} rounds came too late: the hub deletes capsules a day after"
            " a request's end, and what homes answered in them is lost"
        )
    return "\n".join([*told, *_untold(session, request)])


def answers(session: Session, request: str) -> str:
    """List the answers."""
    session.book.request(request)
    kept = session.desk.answers(request)
    return "\n".join(line for each in kept for line in _answer(each))


def _answer(kept: KeptAnswer) -> list[str]:
    clips = ", ".join(each.state for each in kept.items)
    gone = "  taken back" if kept.revoked else ""
    head = f"{kept.id}  {kept.kind}{gone}  [{clips}]"
    if kept.erased is not None:
        return [f"{head}  deleted"]
    answer = kept.answer
    said = {
        "about": answer.about or "",
        "words": answer.text,
        "contact": answer.contact,
        "home keeps the originals": "yes" if answer.holds_originals else "",
    }
    asked = [f"    asked: {shown(each)}" for each in kept.questions]
    told = [f"    {name}: {shown(text)}" for name, text in said.items() if text]
    return [head, *told, *asked]


async def open_clip(session: Session, request: str, answer: str, number: str) -> str:
    """Open a clip and check it; it stays sealed in the folder."""
    opened = await session.desk.open(request, answer, _number(number))
    found = opened.manifest
    told = (
        f"{found.kind}, {found.bytes} bytes, {found.width}×{found.height},"
        f" {found.started:%Y-%m-%d %H:%M:%S} to {found.ended:%H:%M:%S} UTC:"
        " as its manifest says"
    )
    return "\n".join([told, *_untold(session, request)])


async def save(
    session: Session, request: str, answer: str, number: str, out: str
) -> str:
    """Copy a clip out of the desk."""
    await session.desk.save(request, answer, _number(number), Path(out))
    return "\n".join(
        [f"{out} is a plain file: take care of it", *_untold(session, request)]
    )


async def copied(session: Session, request: str, answer: str, number: str) -> None:
    """Write down that a clip was copied to evidence."""
    await session.desk.copied(request, answer, _number(number))


async def ask(session: Session, request: str, answer: str, text: str) -> str:
    """Ask somebody who answered."""
    await session.desk.question(request, answer, text)
    return "\n".join(_untold(session, request))


async def export(
    session: Session, request: str, answer: str, number: str, out: str
) -> str:
    """Write a bundle for a court."""
    data = await session.desk.export(request, answer, _number(number))
    files.write(Path(out), data)
    log = session.book.settings.log
    return f"{out} proves itself: neighborcam verify --log '{log}' {out}"


# -- the end ---------------------------------------------------------------------------


async def end(session: Session, request: str, how: str) -> None:
    """End a request."""
    if how == "resolved":
        await session.desk.end(request, "resolved")
    elif how == "withdrawn":
        await session.desk.end(request, "withdrawn")
    else:
        raise InvalidInput("a request ends resolved or withdrawn", "how")


async def outcome(session: Session, request: str, result: str, text: str = "") -> None:
    """File what came of it."""
    await session.desk.file_outcome(request, result, text)


async def erase(session: Session, request: str, answer: str) -> str:
    """Destroy one answer."""
    session.confirm("Destroy this answer? Copies of its clips must be destroyed first.")
    await session.desk.erase(request, answer)
    return "\n".join(["the answer is destroyed", *_untold(session, request)])


async def delete(session: Session, request: str, fate: str = "") -> str:
    """Destroy answers and keys, and attest it."""
    desk = session.desk
    for each in await desk.before_deletion(request):
        print(each, file=sys.stderr)
    session.confirm("Destroy all answers and the key of this request, for good?")
    await desk.delete(request, fate)
    told = "answers and keys are destroyed, and the hub has it in writing"
    return "\n".join([told, *_untold(session, request)])


def _untold(session: Session, request: str) -> list[str]:
    untold = session.desk.state(request).untold
    if not untold:
        return []
    return [f"{untold} words to owners wait: they go with the next action of this case"]


def _number(text: str) -> int:
    """Return which clip of an answer is meant; people count from 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise InvalidInput("clips of an answer are counted from 1", "number")
    return int(text) - 1
