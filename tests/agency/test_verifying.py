"""A bundle proves itself by the log's key; a forged link of it is found, by both.

"Both" are `neighborcam verify` and the script in the bundle, which was written against
the spec.
"""

import dataclasses
import os
import random
import re
import subprocess
import sys
import tracemalloc
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from demo.agency import MakeBelieveAgency
from neighborcam.agency.bundle import BundlePolicy, Certificates
from neighborcam.agency.custody import UNSIGNED, Line, digest
from neighborcam.agency.verifying import Pin, check_bundle
from neighborcam.cli import main
from neighborcam.protocol.agencies import Role
from neighborcam.protocol.agency_entries import AgencySuspended, RequestLogged
from neighborcam.protocol.canonical import canonical, decode, encode
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.errors import InvalidMessage, ProtocolError
from neighborcam.protocol.log_proof import LogProof
from neighborcam.protocol.merkle import Leaves, inclusion_proof, leaf_hash, root
from neighborcam.protocol.note_keys import (
    LogKey,
    QuantumSafeWitnessKey,
    WitnessKey,
    cosign,
    sign_note,
)
from neighborcam.protocol.notes import Note, parse_note
from neighborcam.protocol.signing import sign
from tests.agency.station import Station
from tests.tools import need

type Files = dict[str, bytes]

# P-256, as passkeys have: the generator of the curve.
NOBODY_S_PASSKEY = bytes.fromhex(
    "3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563"
    "a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b"
    "315ececbb6406837bf51f5"
)
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
STEPS = ["clip", "log", "agency", "request", "custody", "papers"]


def files_of(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, files: Files) -> Path:
    out = path.with_name(f"{os.urandom(4).hex()}.zip")
    with zipfile.ZipFile(out, "w") as new:
        for name, data in files.items():
            new.writestr(name, data)
    return out


def script(path: Path, *more: str) -> tuple[int, str]:
    """Run the bundle's own script, as somebody does who has nothing of ours."""
    need("openssl")
    folder = path.with_suffix(".out")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", *more],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def refused_by_both(path: Path, log: str = "") -> None:
    with pytest.raises(ProtocolError):
        check_bundle(path, Pin(log=log))
    status, told = script(path, *(("--log", log) if log else ()))
    assert (status, told[:5]) == (1, "WRONG"), told


@pytest.fixture
async def bundle(station: Station) -> Path:
    request, answer = await station.answered()
    return await station.export(request, answer.id)


@pytest.fixture
def log(station: Station) -> str:
    return station.policed.town.hub.desk.log.key.vkey


async def test_a_bundle_proves_itself_twice(bundle: Path, log: str) -> None:
    found = check_bundle(bundle, Pin(log=log))
    assert [each.what for each in found.steps] == STEPS
    assert found.is_pinned
    told = {each.what: each.told for each in found.steps}
    assert "Milltown Police" in told["agency"]
    assert "signed by Badge 4711 and Badge 12, passed by steward ann" in told["request"]
    assert "those of this version" in told["papers"]
    status, said = script(bundle, "--log", log)
    assert (status, said) == (
        0,
        "RIGHT: clip, request, people, log and custody hold together.\n",
    )
    assert main(["verify", str(bundle.with_suffix(".out")), "--log", log]) == 0


async def test_without_a_pin_both_say_loudly_whose_key_they_believed(
    bundle: Path, log: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(bundle)]) == 0
    ours, (status, theirs) = capsys.readouterr().out, script(bundle)
    assert status == 0
    for told in (ours, theirs):
        assert "IF THIS IS THE KEY OF THE LOG" in told
        assert log in told
    assert main(["verify", str(bundle), "--log", log]) == 0
    assert "IF THIS" not in capsys.readouterr().out


# -- the whole of it forged ------------------------------------------------------------


class Forger:
    """Somebody with a bundle of a real clip, and keys of his own for all the rest."""

    def __init__(self, station: Station, files: Files) -> None:
        self.files = dict(files)
        self.station = station
        policy = decode(files["policy.json"], BundlePolicy)
        self.name = policy.log.split("+")[0]
        self.key = Ed25519PrivateKey.generate()
        self.policy = policy

    @property
    def vkey(self) -> str:
        public = self.key.public_key().public_bytes_raw()
        return LogKey(name=self.name, public_key=public).vkey

    def entries(self) -> dict[str, bytes]:
        """Return the stems of all entries, in the order of the log."""
        stems = [
            n[:-5] for n in self.files if n.startswith("log/") and n[-5:] == ".json"
        ]
        stems.sort(key=lambda stem: int(stem[4:]))
        return {stem: self.files[f"{stem}.json"] for stem in (*stems, "request-entry")}

    def put_into_a_log(self, entries: dict[str, bytes]) -> None:
        """Make a log of one's own of these entries, and prove them."""
        for name in [n for n in self.files if n.startswith("log/")]:
            del self.files[name]
        data = list(entries.values())
        leaves = Leaves([leaf_hash(each) for each in data])
        text = CheckpointText(
            origin=self.name, size=len(data), root=root(leaves, len(data))
        )
        signature = sign_note(str(text), self.name, self.key)
        note = Note(text=str(text), signatures=(signature,)).encode()
        for index, (stem, entry) in enumerate(entries.items()):
            name = stem if stem == "request-entry" else f"log/{index}"
            proof = LogProof(
                index=index,
                hashes=inclusion_proof(leaves, index, len(data)),
                checkpoint=note,
            )
            self.files[f"{name}.json"] = entry
            self.files[f"{name}.tlog-proof"] = proof.encode()
        policy = msgspec.structs.replace(self.policy, log=self.vkey)
        self.files["policy.json"] = encode(policy)

    def logged(self, change: Callable[[RequestLogged], RequestLogged]) -> bytes:
        entry = decode(self.files["request-entry.json"], RequestLogged)
        return encode(change(entry))


async def test_a_log_of_the_forger_s_own_is_refused_where_the_key_is_known(
    station: Station, bundle: Path, log: str
) -> None:
    forger = Forger(station, files_of(bundle))
    forger.put_into_a_log(forger.entries())
    forged = packed(bundle, forger.files)
    assert not check_bundle(forged).is_pinned  # nothing else can be wrong with it
    assert forger.vkey in script(forged)[1]
    refused_by_both(forged, log)


async def test_a_log_of_one_forged_entry_is_refused_even_without_a_pin(
    station: Station, bundle: Path
) -> None:
    forger = Forger(station, files_of(bundle))
    fake = MakeBelieveAgency(now=station.policed.town.clock(), place=(13.0, 52.0))

    def forge(entry: RequestLogged) -> RequestLogged:
        what = "Anything that somebody wants, forged."
        request = msgspec.structs.replace(entry.request.request, what=what)
        return msgspec.structs.replace(entry, request=fake.sign(request))

    forger.put_into_a_log({"request-entry": forger.logged(forge)})
    refused_by_both(packed(bundle, forger.files))


def kind_of(entry: bytes) -> str:
    return str(msgspec.json.decode(entry)["type"])


LINKS = ["steward-appointed", "agency-announced", "agency-joined", "certificate-logged"]


@pytest.mark.parametrize("link", LINKS)
async def test_a_link_that_is_left_out_is_missed(
    station: Station, bundle: Path, link: str
) -> None:
    files = files_of(bundle)
    gone = [
        name[:-5]
        for name, data in files.items()
        if name.startswith("log/") and name.endswith("json") and kind_of(data) == link
    ]
    assert gone
    for stem in gone:
        less = {n: d for n, d in files.items() if not n.startswith(f"{stem}.")}
        refused_by_both(packed(bundle, less))
    forger = Forger(station, files)  # whose log never had it
    rest = {s: e for s, e in forger.entries().items() if kind_of(e) != link}
    forger.put_into_a_log(rest)
    refused_by_both(packed(bundle, forger.files))


def swapped(entry: bytes, old: str, new: str) -> bytes:
    assert old.encode() in entry
    return entry.replace(old.encode(), new.encode())


def b64(data: bytes) -> str:
    return b64encode(data).decode()


type Change = Callable[[Station, bytes], bytes]


def other_root(station: Station, entry: bytes) -> bytes:
    """The agency's record by a root key of the forger's."""
    fake = MakeBelieveAgency(now=station.policed.town.clock(), place=(13.0, 52.0))
    said = msgspec.json.decode(entry)
    said["agency"] = msgspec.to_builtins(fake.signed)
    return canonical(said)


def one_approval(_station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    said["approvals"] = [said["approvals"][0]] * 2
    return canonical(said)


def other_passkey(_station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    other = NOBODY_S_PASSKEY
    said["key"] = b64(other)
    return canonical(said)


def flipped_approval(_station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    data = bytearray(b64decode(said["approvals"][0]["authenticator_data"]))
    data[-1] ^= 1
    said["approvals"][0]["authenticator_data"] = b64(bytes(data))
    return canonical(said)


def absent_user(_station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    data = bytearray(b64decode(said["approvals"][0]["authenticator_data"]))
    data[32] &= ~4
    said["approvals"][0]["authenticator_data"] = b64(bytes(data))
    return canonical(said)


def other_words(_station: Station, entry: bytes) -> bytes:
    return swapped(entry, "bakery", "temple")


def no_supervisor(_station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    said["request"]["supervisor"] = said["request"]["sig_supervisor"] = None
    return canonical(said)


def officer_twice(_station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    said["request"]["supervisor"] = said["request"]["officer"]
    return canonical(said)


def other_certificate(station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    fake = MakeBelieveAgency(now=station.policed.town.clock(), place=(13.0, 52.0))
    said["request"]["officer"] = msgspec.to_builtins(fake.officer.issued)
    return canonical(said)


def unsigned_officer(_station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    said["request"]["officer"]["sig"] = b64(bytes(64))
    return canonical(said)


def unsigned_supervisor(_station: Station, entry: bytes) -> bytes:
    said = msgspec.json.decode(entry)
    said["request"]["supervisor"]["sig"] = b64(bytes(64))
    return canonical(said)


def long_ago(_station: Station, entry: bytes) -> bytes:
    return swapped(entry, '"until":"2027', '"until":"2025')


REPLACED: list[tuple[str, Change]] = [
    ("agency-announced", other_root),
    ("agency-announced", one_approval),
    ("agency-announced", flipped_approval),
    ("agency-announced", absent_user),
    ("agency-joined", long_ago),
    ("steward-appointed", other_passkey),
    ("request-logged", flipped_approval),
    ("request-logged", absent_user),
    ("request-logged", other_words),
    ("request-logged", no_supervisor),
    ("request-logged", officer_twice),
    ("request-logged", other_certificate),
    ("request-logged", unsigned_officer),
    ("request-logged", unsigned_supervisor),
]


def replaced(station: Station, bundle: Path, link: str, change: Change) -> Path:
    """Return a bundle with another entry of a kind, in a log that signs it."""
    forger = Forger(station, files_of(bundle))
    entries = forger.entries()
    stem = next(stem for stem, entry in entries.items() if kind_of(entry) == link)
    entries[stem] = change(station, entries[stem])
    forger.put_into_a_log(entries)
    return packed(bundle, forger.files)


@pytest.mark.parametrize(
    ("link", "change"), REPLACED, ids=lambda each: getattr(each, "__name__", each)
)
async def test_a_link_that_is_replaced_is_found_even_in_a_log_that_signs_it(
    station: Station, bundle: Path, link: str, change: Change
) -> None:
    refused_by_both(replaced(station, bundle, link, change))


@pytest.fixture
async def lived(station: Station) -> Path:
    """A bundle of an agency that was suspended, restored, and stayed a year more."""
    policed = station.policed
    agency, hub = policed.agency.record.id, policed.town.hub.desk
    now = policed.town.clock().replace(microsecond=0)
    await hub.agencies.suspend(
        AgencySuspended(
            at=now, agency=agency, reason="complaints", fact="x", steward="ann"
        )
    )
    await policed.ann.restore(agency, "It was mended")
    assert await policed.bob.restore(agency, "It was mended")
    until = (await station.officer.register()).agency(agency).until - timedelta(days=1)
    await policed.ann.renew(agency, until)
    assert await policed.bob.renew(agency, until)
    request, answer = await station.answered()
    return await station.export(request, answer.id)


async def test_an_agency_that_came_back_proves_itself_too(
    lived: Path, log: str
) -> None:
    check_bundle(lived, Pin(log=log))
    status, told = script(lived, "--log", log)
    assert status == 0, told


@pytest.mark.parametrize("link", ["agency-restored", "agency-renewed"])
@pytest.mark.parametrize("change", [one_approval, flipped_approval, absent_user])
async def test_nobody_brings_an_agency_back_alone(
    station: Station, lived: Path, link: str, change: Change
) -> None:
    refused_by_both(replaced(station, lived, link, change))


def lying_zip(packing: int) -> BytesIO:
    """Return a ZIP with 200 MiB in it, which says that they are ten bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        listed = zipfile.ZipInfo("clip.mp4")
        listed.compress_type = packing
        with archive.open(listed, "w") as file:
            for _ in range(200):
                file.write(bytes(2**20))
    data = bytearray(out.getvalue())
    at = data.rfind(b"PK\1\2") + 24  # in the directory at its end
    data[at : at + 4] = (10).to_bytes(4, "little")
    return BytesIO(bytes(data))


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_zip_that_lies_about_its_size_is_not_unpacked(packing: int) -> None:
    lie = lying_zip(packing)
    tracemalloc.start()
    with pytest.raises(InvalidMessage):
        check_bundle(lie)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20 * 2**20


async def test_an_entry_that_the_log_does_not_have_is_found(
    bundle: Path, log: str
) -> None:
    files = files_of(bundle)
    name = next(n for n in files if n.startswith("log/") and n.endswith(".json"))
    files[name] = files[name].replace(b"2026", b"2025", 1)
    refused_by_both(packed(bundle, files), log)


async def test_an_index_that_the_tree_does_not_have_is_refused(bundle: Path) -> None:
    files = files_of(bundle)
    proof = files["request-entry.tlog-proof"]
    number = proof.split(b"index ", 1)[1].split(b"\n", 1)[0]
    for other in (b"9999999", str(int(number) ^ 1).encode()):
        changed = proof.replace(b"index " + number, b"index " + other, 1)
        refused_by_both(packed(bundle, files | {"request-entry.tlog-proof": changed}))


# -- witnesses -------------------------------------------------------------------------


def witnessed(files: Files, at: Any, *keys: tuple[Any, str]) -> tuple[Files, list[str]]:
    """Return the bundle with its checkpoint cosigned, and the witnesses' keys."""
    files, vkeys = dict(files), []
    names = [name for name in files if name.endswith(".tlog-proof")]
    for name in names:
        head, _, note = files[name].partition(b"\n\n")
        parsed = parse_note(note)
        more = [cosign(parsed.text, who, key, at) for key, who in keys]
        signed = dataclasses.replace(parsed, signatures=(*parsed.signatures, *more))
        files[name] = head + b"\n\n" + signed.encode()
    for key, who in keys:
        raw = key.public_key().public_bytes_raw()
        kind = (
            WitnessKey if isinstance(key, Ed25519PrivateKey) else QuantumSafeWitnessKey
        )
        vkeys.append(kind(name=who, public_key=raw).vkey)
    policy = decode(files["policy.json"], BundlePolicy)
    policy = msgspec.structs.replace(policy, witnesses=tuple(vkeys), quorum=len(vkeys))
    files["policy.json"] = encode(policy)
    return files, vkeys


def openssl_knows_ml_dsa() -> bool:
    listed = subprocess.run(
        ["openssl", "list", "-signature-algorithms"], capture_output=True, check=False
    )
    return b"ML-DSA-44" in listed.stdout


async def test_both_count_witnesses(station: Station, bundle: Path, log: str) -> None:
    now = station.policed.town.clock()
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    files, vkeys = witnessed(files_of(bundle), now, (key, "one.example"))
    good = packed(bundle, files)
    assert check_bundle(good, Pin(log=log)).is_pinned
    assert script(good, "--log", log)[0] == 0
    unknown = WitnessKey(
        name="two.example", public_key=other.public_key().public_bytes_raw()
    ).vkey
    pin = Pin(log=log, witnesses=(vkeys[0], unknown), quorum=2)
    with pytest.raises(ProtocolError, match="1 of 2"):
        check_bundle(good, pin)
    asked = ["--witness", vkeys[0], "--witness", unknown, "--quorum", "2"]
    assert "1 of 2" in script(good, "--log", log, *asked)[1]
    policy = decode(files["policy.json"], BundlePolicy)
    more = msgspec.structs.replace(policy, witnesses=(*vkeys, unknown), quorum=2)
    refused_by_both(packed(bundle, files | {"policy.json": encode(more)}), log)
    proof = files["request-entry.tlog-proof"]
    line = next(x for x in proof.splitlines() if b"one.example" in x)
    whole = b64decode(line.split()[2])
    damaged = b64(whole[:-1] + bytes([whole[-1] ^ 1])).encode()
    bad = proof.replace(line.split()[2], damaged)
    refused_by_both(packed(bundle, files | {"request-entry.tlog-proof": bad}), log)


async def test_a_witness_with_a_key_of_ml_dsa_counts(
    station: Station, bundle: Path, log: str
) -> None:
    key = MLDSA44PrivateKey.generate()
    now = station.policed.town.clock()
    files, _ = witnessed(files_of(bundle), now, (key, "pq.example"))
    good = packed(bundle, files)
    assert check_bundle(good, Pin(log=log)).is_pinned
    if openssl_knows_ml_dsa():  # 3.5
        assert script(good, "--log", log)[0] == 0


# -- custody ---------------------------------------------------------------------------


def lines_of(files: Files) -> list[Line]:
    return [decode(each, Line) for each in files["custody.log"].splitlines()]


def rewritten(files: Files, lines: list[Line], key: Ed25519PrivateKey | None) -> Files:
    """Return the bundle with other lines, chained anew, signed by ``key`` if given."""
    before, made = lines_of(files)[0].before, []
    for line in lines:
        fields: dict[str, Any] = {"before": before, "sig": UNSIGNED}
        if key is not None:
            fields["key"] = key.public_key().public_bytes_raw()
        bare = msgspec.structs.replace(line, **fields)
        signer = key or Ed25519PrivateKey.generate()
        signed = msgspec.structs.replace(
            bare, sig=sign(signer, "custody", encode(bare))
        )
        made.append(signed)
        before = digest(signed)
    return files | {"custody.log": b"".join(encode(each) + b"\n" for each in made)}


async def test_a_custody_log_that_was_rewritten_with_another_key_is_refused(
    bundle: Path, log: str
) -> None:
    files = files_of(bundle)
    key = Ed25519PrivateKey.generate()
    refused_by_both(packed(bundle, rewritten(files, lines_of(files), key)), log)
    refused_by_both(packed(bundle, rewritten(files, lines_of(files), None)), log)


async def test_custody_that_is_empty_or_cut_is_refused(bundle: Path, log: str) -> None:
    files = files_of(bundle)
    whole = files["custody.log"].splitlines(keepends=True)
    for cut in ([], whole[:-1], whole[1:], whole[:1], [*whole[:2], *whole[3:]]):
        refused_by_both(packed(bundle, files | {"custody.log": b"".join(cut)}), log)


@pytest.mark.parametrize("lacking", ["received", "opened", "exported"])
async def test_custody_without_a_line_for_the_clip_is_refused(
    station: Station, bundle: Path, log: str, lacking: str
) -> None:
    files, key = files_of(bundle), station.policed.agency.officer.key
    rest = [each for each in lines_of(files) if each.what != lacking]
    refused_by_both(packed(bundle, rewritten(files, rest, key)), log)


async def test_custody_that_goes_on_after_the_export_is_refused(
    station: Station, bundle: Path, log: str
) -> None:
    files, key = files_of(bundle), station.policed.agency.officer.key
    lines = lines_of(files)
    refused_by_both(packed(bundle, rewritten(files, [*lines, lines[0]], key)), log)
    last = msgspec.structs.replace(lines[-1], about="0" * 64)
    refused_by_both(packed(bundle, rewritten(files, [*lines[:-1], last], key)), log)


async def test_custody_of_another_request_or_another_time_is_refused(
    station: Station, bundle: Path, log: str
) -> None:
    files, key = files_of(bundle), station.policed.agency.officer.key
    lines = lines_of(files)
    other = [msgspec.structs.replace(each, request="0" * 32) for each in lines]
    refused_by_both(packed(bundle, rewritten(files, other, key)), log)
    late = [msgspec.structs.replace(e, at=e.at + timedelta(days=91)) for e in lines]
    refused_by_both(packed(bundle, rewritten(files, late, key)), log)


async def test_custody_by_a_supervisor_or_an_unlogged_certificate_is_refused(
    station: Station, bundle: Path, log: str
) -> None:
    files, agency = files_of(bundle), station.policed.agency
    held = decode(files["certificates.json"], Certificates).certificates
    unlogged = agency.certified(Role.OFFICER, "Badge 1")
    for who in (agency.supervisor, unlogged):
        named = {"certificate": who.issued.sha256}
        lines = [msgspec.structs.replace(each, **named) for each in lines_of(files)]
        certificates = Certificates(certificates=(*held, who.issued))
        other = rewritten(files, lines, who.key)
        other["certificates.json"] = encode(certificates)
        refused_by_both(packed(bundle, other), log)


async def test_a_certificate_that_the_root_did_not_sign_does_not_lie_there(
    station: Station, bundle: Path, log: str
) -> None:
    files = files_of(bundle)
    held = decode(files["certificates.json"], Certificates).certificates
    supervisor = station.policed.agency.supervisor.issued
    bad = msgspec.structs.replace(supervisor, sig=bytes(64))
    others = tuple(bad if each == supervisor else each for each in held)
    changed = encode(Certificates(certificates=others))
    refused_by_both(packed(bundle, files | {"certificates.json": changed}), log)


async def test_custody_may_go_on_under_the_next_certificate(
    station: Station, log: str
) -> None:
    request, answer = await station.answered()
    new = station.policed.agency.certified(Role.OFFICER, "Badge 4711")
    await station.policed.police.certify(new)
    ring = station.officer.parts.ring
    ring.keys.own, ring.keys.issued = new.key.private_bytes_raw(), new.issued
    ring.keys.held.append(new.issued)
    path = await station.export(request, answer.id)
    assert check_bundle(path, Pin(log=log)).is_pinned
    assert script(path, "--log", log)[0] == 0
    assert len({each.certificate for each in lines_of(files_of(path))}) == 2


async def test_a_second_export_ends_with_its_own_line(
    station: Station, log: str
) -> None:
    request, answer = await station.answered()
    await station.export(request, answer.id)
    await station.officer.question(request, answer.id, "Was the van white?")
    path = await station.export(request, answer.id)
    assert check_bundle(path, Pin(log=log)).is_pinned
    assert station.done(request).count("exported") == 2
    told = await station.receipts(request)
    assert told.count((answer.id, "copied")) == 1


# -- damage ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("clip.mp4", b"\x10\x11", b"\x10\x12"),
        ("manifest.json", b'"frames":80', b'"frames":81'),
        ("manifest.sig", b"0", b"1"),
        ("request-entry.json", b"bakery", b"temple"),
        ("request-entry.tlog-proof", b"index ", b"index 1"),
        ("policy.json", b'"log":"localhost', b'"log":"localhose'),
        ("custody.log", b"submitted", b"forgotten"),
        ("certificates.json", b"Badge 4711", b"Badge 4712"),
    ],
)
async def test_what_was_changed_is_named_by_both(
    bundle: Path, name: str, old: bytes, new: bytes
) -> None:
    files = files_of(bundle)
    assert old in files[name]
    refused_by_both(packed(bundle, files | {name: files[name].replace(old, new, 1)}))
    refused_by_both(packed(bundle, {n: d for n, d in files.items() if n != name}))


JUNK = [b"", b"\xff\xfe", b"null", b"[]", b"{}", b"[" * 100_000, b'{"log":1}', b"1e999"]


async def test_junk_in_any_file_is_wrong_and_no_traceback(bundle: Path) -> None:
    files = files_of(bundle)
    first = next(n for n in files if n.startswith("log/") and n.endswith(".json"))
    names = [n for n in files if n[:4] not in {"log/", "READ", "veri"}]
    for name in (*names, first, first.replace(".json", ".tlog-proof")):
        for junk in JUNK:
            with pytest.raises(ProtocolError):
                check_bundle(packed(bundle, files | {name: junk}))
        refused_by_both(packed(bundle, files | {name: JUNK[5]}))


async def test_nothing_lies_beside_what_is_proven(bundle: Path) -> None:
    files = files_of(bundle)
    for name in ("other.mp4", "still.jpg", "log/x.json", "log/01.json", "../x"):
        with pytest.raises(ProtocolError):
            check_bundle(packed(bundle, files | {name: files["clip.mp4"]}))
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as twice:
        for name, content in files.items():
            twice.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate"):
            twice.writestr("clip.mp4", b"another")
    path = bundle.with_name("twice.zip")
    path.write_bytes(data.getvalue())
    with pytest.raises(ProtocolError, match="twice"):
        check_bundle(path)
    for none in (bundle.with_name("none.zip"), Path(__file__)):
        with pytest.raises(ProtocolError, match="no bundle that opens"):
            check_bundle(none)


async def test_papers_that_were_changed_are_said(bundle: Path) -> None:
    files = files_of(bundle)
    for name in ("README.txt", "verify.py"):
        found = check_bundle(packed(bundle, files | {name: b"print('RIGHT')"}))
        assert "NOT those of this version" in found.steps[-1].told


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
async def test_one_bit_anywhere_is_never_right_with_another_content(
    bundle: Path, log: str, how: int, capsys: pytest.CaptureFixture[str]
) -> None:
    files, target = files_of(bundle), BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    whole = target.getvalue()
    path = bundle.with_name("flipped.zip")
    chance = random.Random(how)  # noqa: S311 - the same each time
    right = 0
    for _ in range(1500):
        at = chance.randrange(len(whole))
        flipped = whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)])
        path.write_bytes(flipped + whole[at + 1 :])
        status = main(["verify", str(path), "--log", log])
        told = capsys.readouterr()
        assert (status == 0) == ("RIGHT" in told.out)
        assert (status == 1) == told.err.startswith("neighborcam: ")
        if status == 0:  # a date of the archive, for example: nothing of the content
            assert files_of(path) == files
            right += 1
    assert right < 500


@pytest.mark.parametrize("name", ["custody.log", "certificates.json", "manifest.json"])
async def test_another_spelling_of_the_same_bytes_is_refused(
    bundle: Path, log: str, name: str
) -> None:
    files = files_of(bundle)
    texts = re.findall(rb'"([A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)"', files[name])
    last = texts[-1]  # of custody: the signature that no later line covers
    at = last.index(b"=") - 1
    other = last[:at] + BASE64[BASE64.index(last[at]) ^ 1].to_bytes() + last[at + 1 :]
    assert b64decode(other) == b64decode(last)
    changed = files[name].replace(last, other)
    refused_by_both(packed(bundle, files | {name: changed}), log)


async def test_one_bit_in_what_is_proven_is_never_right(bundle: Path, log: str) -> None:
    files = files_of(bundle)
    chance = random.Random(1)  # noqa: S311 - the same each time
    for name, data in files.items():
        if name in {"README.txt", "verify.py"}:
            continue
        for _ in range(8):
            at = chance.randrange(len(data))
            other = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)])
            path = packed(bundle, files | {name: other + data[at + 1 :]})
            try:
                found = check_bundle(path, Pin(log=log))
            except ProtocolError:
                continue
            # What is nobody's word: the hub's address, a letter's case of hexadecimal.
            assert name in {"policy.json", "manifest.sig"}, (name, at)
            assert found.is_pinned
