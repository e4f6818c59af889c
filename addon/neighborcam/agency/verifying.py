"""Proves a court bundle: clip, manifest, request, log, custody. No network, no clock.

What is proven: this clip was made for this request by whoever made the manifest's key;
the request stood in the public log of the named hub; officer and supervisor signed it;
nobody changed the custody log. Not proven: who filmed. Nobody is asked that.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.agency import bundle as names
from neighborcam.agency.casebook import DeskSettings
from neighborcam.agency.custody import check_lines
from neighborcam.protocol.agency_entries import RequestLogged
from neighborcam.protocol.answers import Manifest, check_manifest
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import BadProof, InvalidMessage, ProtocolError
from neighborcam.protocol.log_proof import parse_log_proof
from neighborcam.protocol.requests import SignedRequest
from neighborcam.protocol.signing import verify

_FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
_MOST: Final = 80 * 2**20


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One thing that was proven."""

    what: str
    told: str


class Bundle:
    """A bundle that was opened. Raises `InvalidMessage` for what is none."""

    def __init__(self, path: Path) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(each.file_size for each in archive.infolist()) > _MOST:
                    raise InvalidMessage(f"{path.name} is too large for a bundle")
                self._files = {name: archive.read(name) for name in archive.namelist()}
        except (OSError, zipfile.BadZipFile, RuntimeError) as problem:
            raise InvalidMessage(f"{path.name} is no bundle that opens") from problem

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._files[name]
        except KeyError:
            raise InvalidMessage(f"{name} is missing") from None


def check_bundle(path: Path) -> list[Checked]:
    """Return what was proven. Raises `ProtocolError` naming the first thing wrong."""
    files = Bundle(path)
    steps: tuple[tuple[str, Callable[[Bundle], str]], ...] = (
        ("clip", _clip),
        ("request", _request),
        ("log", _log),
        ("custody", _custody),
    )
    return [Checked(what=what, told=_step(what, run, files)) for what, run in steps]


def _step(what: str, run: Callable[[Bundle], str], files: Bundle) -> str:
    try:
        return run(files)
    except ProtocolError as problem:
        raise BadProof(f"{what}: {problem}") from problem


def _clip(files: Bundle) -> str:
    manifest = decode(files[names.MANIFEST], Manifest)
    sig = files[names.MANIFEST_SIG].decode("ascii", "replace").strip()
    clip = files[names.CLIP[manifest.kind]]
    check_manifest(manifest, _hex(sig), clip)
    times = f"{manifest.started:%Y-%m-%d %H:%M:%S} to {manifest.ended:%H:%M:%S}"
    return f"{manifest.kind} of {manifest.bytes} bytes, {times} UTC by the home's clock"


def _request(files: Bundle) -> str:
    entry = decode(files[names.ENTRY], RequestLogged)
    signed = entry.request
    manifest = decode(files[names.MANIFEST], Manifest)
    if manifest.request != signed.request.id:
        raise BadProof("the clip was made for another request")
    _check_people(signed)
    return f"{signed.request.case_ref}, {signed.request.offence}, both signatures hold"


def _check_people(signed: SignedRequest) -> None:
    """Raise unless the keys of both certificates signed.

    That the agency's root issued the certificates is what the hub checked before it
    logged the request; the log's proof stands for that.
    """
    body = encode(signed.request)
    officer = signed.officer.certificate
    verify(officer.key, "request", body, signed.sig_officer)
    if signed.supervisor is None or signed.sig_supervisor is None:
        raise BadProof("no supervisor signed the request")
    countersigned = bytes.fromhex(signed.sha256) + signed.sig_officer
    supervisor = signed.supervisor.certificate
    verify(supervisor.key, "countersignature", countersigned, signed.sig_supervisor)


def _log(files: Bundle) -> str:
    try:
        policy = msgspec.json.decode(files[names.POLICY])
        settings = msgspec.convert({"hub": "", **policy}, DeskSettings)
    except (msgspec.DecodeError, msgspec.ValidationError, TypeError):
        raise InvalidMessage("policy.json is damaged") from None
    proof = parse_log_proof(files[names.PROOF])
    checkpoint = proof.check(files[names.ENTRY], settings.policy, _FAR)
    return (
        f"entry {proof.index} of {checkpoint.text.origin},"
        f" {len(checkpoint.seen_at)} witnesses"
    )


def _custody(files: Bundle) -> str:
    return f"{len(check_lines(files[names.CUSTODY]))} lines, each on the one before"


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InvalidMessage("manifest.sig is not hexadecimal") from None
