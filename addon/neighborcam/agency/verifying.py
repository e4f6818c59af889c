"""Proves a court bundle: clip, log, people, request, custody. No network, no clock.

What is proven: this clip was made for this request by whoever made the manifest's key;
the request stood in the public log whose key is named; two people of an agency that
the neighbourhood had let in signed it, and stewards passed it; the custody log is whole
and of an officer of that agency. Not proven: who filmed. Nobody is asked that.

All of it hangs on the log's key. It has to come from somebody else than the bundle.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from neighborcam.agency import bundle as names
from neighborcam.agency.bundle import BundlePolicy, Certificates
from neighborcam.agency.casebook import DeskSettings
from neighborcam.agency.chain import replay
from neighborcam.agency.custody import Line, check_lines, exactly
from neighborcam.agency.opened_bundle import OpenedBundle
from neighborcam.protocol.agencies import IssuedCertificate, Role, check_certificate
from neighborcam.protocol.agency_entries import RequestLogged
from neighborcam.protocol.answers import Manifest, check_manifest
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.checkpoints import Checkpoint, LogPolicy
from neighborcam.protocol.errors import BadProof, InvalidMessage, ProtocolError
from neighborcam.protocol.log_proof import LogProof, parse_log_proof
from neighborcam.protocol.log_reader import host_of
from neighborcam.protocol.register import Register

_FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
_NO_SENSE: Final = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class Pin:
    """Keys that did not come with the bundle. Empty ones are taken from it."""

    log: str = ""
    witnesses: tuple[str, ...] = ()
    quorum: int = 0


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One thing that was proven."""

    what: str
    told: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Everything that was proven, and whose word it rests on."""

    steps: tuple[Checked, ...]
    log: str
    hub: str
    is_pinned: bool


@dataclass
class _Case:
    """A bundle while it is checked; each step leaves what the next ones need."""

    files: OpenedBundle
    policy: BundlePolicy
    pin: Pin
    register: Register = field(init=False)
    manifest: Manifest = field(init=False)
    entry: RequestLogged = field(init=False)
    index: int = field(init=False)

    @property
    def believed(self) -> LogPolicy:
        """Whom the proofs are checked against."""
        witnesses = self.pin.witnesses or self.policy.witnesses
        quorum = self.pin.quorum if self.pin.witnesses else self.policy.quorum
        log = self.pin.log or self.policy.log
        settings = DeskSettings(hub="", log=log, witnesses=witnesses, quorum=quorum)
        return settings.policy


def check_bundle(path: Path | BytesIO, pin: Pin | None = None) -> Verdict:
    """Return what was proven. Raises `ProtocolError` naming the first thing wrong."""
    files = OpenedBundle(path)
    case = _Case(files, _guarded("policy", _policy, files), pin or Pin())
    steps: tuple[tuple[str, Callable[[_Case], str]], ...] = (
        ("clip", _clip),
        ("log", _log),
        ("agency", _agency),
        ("request", _request),
        ("custody", _custody),
        ("papers", _papers),
    )
    told = [Checked(what=what, told=_guarded(what, run, case)) for what, run in steps]
    return Verdict(
        steps=tuple(told),
        log=case.pin.log or case.policy.log,
        hub=case.policy.hub,
        is_pinned=bool(case.pin.log),
    )


def _guarded[T, S](what: str, run: Callable[[S], T], of: S) -> T:
    try:
        return run(of)
    except ProtocolError as problem:
        raise BadProof(f"{what}: {problem}") from problem
    except _NO_SENSE:
        raise BadProof(f"{what}: it makes no sense") from None


def _policy(files: OpenedBundle) -> BundlePolicy:
    return exactly(files[names.POLICY], BundlePolicy)


def _clip(case: _Case) -> str:
    manifest = case.manifest = exactly(case.files[names.MANIFEST], Manifest)
    sig = case.files[names.MANIFEST_SIG].decode("ascii", "replace").strip()
    check_manifest(manifest, _hex(sig), case.files[names.CLIP[manifest.kind]])
    if sum(name in case.files for name in names.CLIP.values()) > 1:
        raise InvalidMessage("there are two clips")
    times = f"{manifest.started:%Y-%m-%d %H:%M:%S} to {manifest.ended:%H:%M:%S}"
    return f"{manifest.kind} of {manifest.bytes} bytes, {times} UTC by the home's clock"


def _log(case: _Case) -> str:
    proof, checkpoint = _proven(case, names.REQUEST)
    entries = {proof.index: case.files[f"{names.REQUEST}{names.ENTRY}"]}
    for index in case.files.log_indexes():
        other, its = _proven(case, f"{names.LOG}{index}")
        if other.index != index or its.text != checkpoint.text:
            raise BadProof(f"the proof of entry {index} is of another place")
        entries[index] = case.files[f"{names.LOG}{index}{names.ENTRY}"]
    case.index = proof.index
    case.entry = decode(entries[proof.index], RequestLogged)
    case.register = replay(entries, host_of(case.believed.log.name))
    return (
        f"{len(entries)} entries of {checkpoint.text.origin}, signed with"
        f" {len(checkpoint.seen_at)} witnesses; {case.believed.quorum} were asked for"
    )


def _proven(case: _Case, name: str) -> tuple[LogProof, Checkpoint]:
    proof = parse_log_proof(case.files[f"{name}{names.PROOF}"])
    entry = case.files[f"{name}{names.ENTRY}"]
    return proof, proof.check(entry, case.believed, _FAR)


def _agency(case: _Case) -> str:
    agency = case.register.agency(case.entry.request.request.agency)
    record = agency.record
    return (
        f"{record.name}, {record.kind}, {record.domain}: stewards looked at it, and"
        f" it was a member until {agency.until:%Y-%m-%d}"
    )


def _request(case: _Case) -> str:
    """Tell of the request; its rules were checked when the log was replayed."""
    signed = case.entry.request
    if case.manifest.request != signed.request.id:
        raise BadProof("the clip was made for another request")
    if signed.supervisor is None:
        raise BadProof("no supervisor signed the request")
    people = (signed.officer.certificate.name, signed.supervisor.certificate.name)
    stewards = ", ".join(each.steward for each in case.entry.approvals)
    return (
        f"{signed.request.case_ref}, {signed.request.offence}, signed by"
        f" {people[0]} and {people[1]}, passed by steward {stewards}"
    )


def _custody(case: _Case) -> str:
    signed = case.entry.request
    lines = check_lines(case.files[names.CUSTODY], signed.sha256)
    held = exactly(case.files[names.CERTIFICATES], Certificates, limit=2**20)
    by_name = {each.sha256: each for each in held.certificates}
    root = case.register.agency(signed.request.agency).record.key
    for each in held.certificates:
        check_certificate(each, root)
    for number, line in enumerate(lines, 1):
        try:
            _check_line(case, line, by_name.get(line.certificate), root)
        except ProtocolError as problem:
            raise BadProof(f"line {number}: {problem}") from problem
    done = {line.what for line in lines if line.about == case.manifest.sha256}
    lacking = [each for each in ("received", "opened", "exported") if each not in done]
    if lacking:
        raise BadProof(f"no line says that this clip was {lacking[0]}")
    last = lines[-1]
    if (last.what, last.about) != ("exported", case.manifest.sha256):
        raise BadProof("it does not end with the export of this clip")
    return f"{len(lines)} lines, the last one of {last.at:%Y-%m-%d %H:%M} UTC"


def _check_line(
    case: _Case, line: Line, issued: IssuedCertificate | None, root: bytes
) -> None:
    """Raise unless an officer of the agency, certified at that time, signed it."""
    if issued is None:
        raise BadProof("its certificate is missing")
    certificate = check_certificate(issued, root)
    if line.request != case.entry.request.request.id:
        raise BadProof("it is of another request")
    if certificate.key != line.key or certificate.role is not Role.OFFICER:
        raise BadProof("it was not signed by an officer's certified key")
    revoked = case.register.revoked.get(line.certificate, _FAR)
    if not certificate.not_before <= line.at < min(certificate.not_after, revoked):
        raise BadProof("its certificate was not of that time")
    if line.certificate not in case.register.certificates:
        raise BadProof("its certificate is not in the public log")


def _papers(case: _Case) -> str:
    same = all(
        name in case.files and case.files[name] == data
        for name, data in names.papers().items()
    )
    if same:
        return "README.txt and verify.py are those of this version"
    return "README.txt or verify.py are NOT those of this version: do not rely on them"


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InvalidMessage("manifest.sig is not hexadecimal") from None
