"""Verifies a court bundle, a folder or a ZIP: Python's standard library and openssl.

usage: python3 verify.py [BUNDLE] [--log KEY] [--witness KEY]... [--quorum N]

Everything hangs on the key of the public log. Get it from somebody else than who gave
you the bundle: the hub shows it, and every invite to the hub does.

Written against the spec and not against NeighborCam, so that the two can disagree.
Every bundle holds this file as verify.py.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile
import zlib
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

Files = dict[str, bytes]
Entries = dict[int, bytes]

PREFIX = b"neighborcam.ncp/1/"
ED25519 = "302a300506032b6570032100"
ML_DSA_44 = "30820532300b06096086480165030403110382052100"
RAW_ED25519 = bytes.fromhex("2b6570")
PRESENT_AND_VERIFIED = 5
LOG_KIND, WITNESS_KIND, QUANTUM_KIND = 1, 4, 6
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MOST_BYTES = 80 * 2**20
STANDINGS = ("joined", "renewed", "suspended", "restored", "vetoed")


def fail(text: str) -> NoReturn:
    """Say what is wrong, and end."""
    sys.exit("WRONG: " + text)


def files(named: str | None) -> Files:
    """Return what the bundle holds, by name."""
    here = pathlib.Path(named or pathlib.Path(__file__).parent)
    if here.is_dir():
        found = [each for each in here.rglob("*") if each.is_file()]
        return {each.relative_to(here).as_posix(): each.read_bytes() for each in found}
    with zipfile.ZipFile(here) as archive:
        if len(set(archive.namelist())) != len(archive.namelist()):
            fail("the ZIP holds the same name twice")
        return {each.filename: unpacked(archive, each) for each in archive.infolist()}


def unpacked(archive: zipfile.ZipFile, listed: zipfile.ZipInfo) -> bytes:
    """Return a file of a ZIP: no more of it than the ZIP says that there is."""
    if listed.compress_type not in PACKINGS or listed.file_size > MOST_BYTES:
        fail("the ZIP is packed as no bundle is")
    with archive.open(listed) as file:
        return file.read(listed.file_size)


def openssl(der: bytes, signed: bytes, signature: bytes, *more: str) -> bool:
    """Tell whether openssl finds that a key (SubjectPublicKeyInfo) signed."""
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        (folder / "key").write_bytes(der)
        (folder / "signed").write_bytes(signed)
        (folder / "sig").write_bytes(signature)
        options = ["-verify", "-rawin", "-pubin", "-keyform", "DER", *more]
        names = ["-inkey", "key", "-in", "signed", "-sigfile", "sig"]
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["openssl", "pkeyutl", *options, *names],  # noqa: S607 - the reader's own
            cwd=folder,
            capture_output=True,
            check=False,
        )
    return done.returncode == 0


def ed25519(key: bytes, signed: bytes, signature: bytes, what: str) -> None:
    """Check a signature (RFC 8032)."""
    if not openssl(bytes.fromhex(ED25519) + key, signed, signature):
        fail("the signature of " + what)


def kind(name: str, body: bytes) -> bytes:
    """Return what is signed of a message of a kind."""
    return PREFIX + name.encode() + b"\0" + body


def b64(text: str) -> bytes:
    """Return decoded base64, in its only form."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 that is spelled in another way")
    return data


def sha(data: bytes) -> str:
    """Return SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def at(text: str) -> datetime:
    """Return a moment."""
    return datetime.fromisoformat(text)


def raw_member(body: bytes, name: str) -> bytes:
    """Return a member of a canonical object as it stands there, not encoded anew."""
    text = body.decode()
    start = text.index(f'"{name}":{{') + len(name) + 3
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()


# -- the clip --------------------------------------------------------------------------


def check_clip(found: Files) -> dict[str, Any]:
    """Check clip and manifest; return the manifest."""
    body = found["manifest.json"]
    manifest = json.loads(body)
    clip = found["clip.mp4" if manifest["kind"] == "clip" else "still.jpg"]
    if sha(clip) != manifest["sha256"] or len(clip) != manifest["bytes"]:
        fail("the clip is not the one of its manifest")
    signature = bytes.fromhex(found["manifest.sig"].decode().strip())
    ed25519(b64(manifest["key"]), kind("manifest", body), signature, "the manifest")
    return dict(manifest)


# -- the log ---------------------------------------------------------------------------


class Vkey:
    """A key of a log or witness: ``name+id+base64(type, key)`` (C2SP signed-note)."""

    def __init__(self, text: str) -> None:
        self.name, self.id, encoded = text.split("+", 2)
        data = b64(encoded)
        self.kind, self.key = data[0], data[1:]
        named = hashlib.sha256(self.name.encode() + b"\n" + data).hexdigest()[:8]
        if named != self.id:
            fail(f"the key of {self.name} was not typed in full")

    def has_signed(self, text: str, lines: list[str]) -> bool:
        """Tell whether a line below a note is this key's; a wrong one is an end."""
        for line in lines:
            mark, name, encoded = line.split(" ")
            data = b64(encoded)
            if (mark, name, data[:4].hex()) != ("\u2014", self.name, self.id):
                continue
            if not self.verify(text, data[4:]):
                fail(f"the signature of {self.name} under the checkpoint")
            return True
        return False

    def verify(self, text: str, data: bytes) -> bool:
        """Tell whether a signature is right, by the kind of the key."""
        der = bytes.fromhex(ED25519) + self.key
        if self.kind == LOG_KIND:
            return openssl(der, text.encode(), data)
        seconds, signature = int.from_bytes(data[:8], "big"), data[8:]
        if self.kind == WITNESS_KIND:
            signed = f"cosignature/v1\ntime {seconds}\n{text}".encode()
            return openssl(der, signed, signature)
        if self.kind != QUANTUM_KIND:
            return False
        origin, size, root = text.split("\n")[:3]
        head = b"subtree/v1\n\0" + short(self.name) + data[:8] + short(origin)
        signed = head + bytes(8) + int(size).to_bytes(8, "big") + b64(root)
        return openssl(bytes.fromhex(ML_DSA_44) + self.key, signed, signature)


def short(text: str) -> bytes:
    """Return a text after its length in one byte."""
    return bytes([len(text.encode())]) + text.encode()


def check_log(found: Files, pin: argparse.Namespace) -> tuple[Vkey, Entries, int]:
    """Check that all entries are in the log; return its key, them, and the request's.

    C2SP tlog-proof and tlog-checkpoint, RFC 9162 section 2.1.3.2.
    """
    policy = json.loads(found["policy.json"])
    log = Vkey(pin.log or policy["log"])
    witnesses = [Vkey(each) for each in pin.witness or policy["witnesses"]]
    quorum = pin.quorum if pin.witness else policy["quorum"]
    entries: Entries = {}
    checkpoints = set()
    stems = [name[:-5] for name in found if name.startswith("log/") and ".j" in name]
    for stem in ("request-entry", *stems):
        index, note = check_proof(found, stem)
        if stem not in {"request-entry", f"log/{index}"} or index in entries:
            fail(f"the proof of {stem} is of another entry")
        entries[index] = found[f"{stem}.json"]
        checkpoints.add(note)
    if len(checkpoints) > 1:
        fail("the proofs are of different checkpoints")
    text, _, signatures = checkpoints.pop().partition("\n\n")
    lines = signatures.splitlines()
    if text.split("\n")[0] != log.name or log.kind != LOG_KIND:
        fail("the checkpoint is of another log")
    if not log.has_signed(f"{text}\n", lines):
        fail("the log has not signed its checkpoint")
    seen = {each.name for each in witnesses if each.has_signed(f"{text}\n", lines)}
    if len(seen) < quorum:
        fail(f"{len(seen)} of {quorum} witnesses have signed the checkpoint")
    return log, entries, check_proof(found, "request-entry")[0]


def check_proof(found: Files, stem: str) -> tuple[int, str]:
    """Check that an entry is below a checkpoint; return its index and that."""
    head, _, note = found[f"{stem}.tlog-proof"].decode().partition("\n\n")
    first, named, *siblings = head.split("\n")
    size, root = note.split("\n")[1:3]
    index = int(named.removeprefix("index "))
    if first != "c2sp.org/tlog-proof@v1" or not 0 <= index < int(size):
        fail(f"{stem}: this is no proof of a log")
    leaf = hashlib.sha256(b"\0" + found[f"{stem}.json"]).digest()
    if reached(leaf, index, int(size), [b64(each) for each in siblings]) != b64(root):
        fail(f"{stem} is not in the log")
    return index, note


def reached(leaf: bytes, index: int, size: int, siblings: list[bytes]) -> bytes:
    """Return the root to which a proof leads; nothing for one of another length."""
    here, last, node = index, size - 1, leaf
    for sibling in siblings:
        if not last:
            return b""
        if here & 1 or here == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        here, last = here >> 1, last >> 1
    return b"" if last else node


# -- people ----------------------------------------------------------------------------


class Register:
    """What the entries of the log say up to the request's."""

    def __init__(self, entries: Entries, until: int, host: str) -> None:
        self.host = host
        self.entries = {index: json.loads(entries[index]) for index in sorted(entries)}
        self.raw = entries
        self.until = until

    def before(self, index: int, name: str) -> list[tuple[int, dict[str, Any]]]:
        """Return the entries of a kind before an index."""
        return [
            (each, said)
            for each, said in self.entries.items()
            if each < index and said["type"] == name
        ]

    def check_approvals(
        self, index: int, least: int, agency: str, what: str, of: bytes
    ) -> None:
        """Check that different stewards approved something with their passkeys."""
        approvals = self.entries[index]["approvals"]
        if len({each["steward"] for each in approvals}) < max(least, len(approvals)):
            fail(f"too few stewards approved the {what}")
        stewards: dict[str, str] = {}
        for number, said in self.entries.items():
            if number < index and said["type"] == "steward-appointed":
                stewards[said["steward"]] = said["key"]
            if number < index and said["type"] == "steward-left":
                stewards.pop(said["steward"], None)
        for _, said in self.before(index, "steward-interest"):
            if said["agency"] == agency:
                stewards.pop(said["steward"], None)
        challenge = hashlib.sha256(kind(what, of)).digest()
        for each in approvals:
            if each["steward"] not in stewards:
                fail(f"{each['steward']}, who approved the {what}, is no steward")
            if not self.passkey(each, b64(stewards[each["steward"]]), challenge):
                fail(f"the passkey of {each['steward']} for the {what}")

    def passkey(self, said: dict[str, str], key: bytes, challenge: bytes) -> bool:
        """Tell whether a passkey signed a challenge (WebAuthn level 3)."""
        client, data = b64(said["client_data"]), b64(said["authenticator_data"])
        wanted = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        told = json.loads(client)
        if (told["type"], told["challenge"]) != ("webauthn.get", wanted):
            return False
        if data[:32] != hashlib.sha256(self.host.encode()).digest():
            return False
        if data[32] & PRESENT_AND_VERIFIED != PRESENT_AND_VERIFIED:
            return False
        digest = () if RAW_ED25519 in key[:16] else ("-digest", "sha256")
        signed = data + hashlib.sha256(client).digest()
        return openssl(key, signed, b64(said["signature"]), *digest)


def check_agency(register: Register, agency: str) -> bytes:
    """Check that the neighbourhood had let an agency in; return its root key."""
    root = b""
    announced = 0
    for index, said in register.before(register.until, "agency-announced"):
        body = raw_member(raw_member(register.raw[index], "agency"), "agency")
        key = b64(said["agency"]["agency"]["key"])
        if sha(key)[:32] == agency:
            root, announced = key, index
            ed25519(key, kind("agency", body), b64(said["agency"]["sig"]), "the agency")
    if not root:
        fail("no entry says who the agency is")
    key_file = raw_member(register.raw[announced], "agency")
    ends = last_entry(register, "agency-vetoed", agency, announced)
    subject = hashlib.sha256(ends + key_file).digest()
    register.check_approvals(announced, 2, agency, "agency", subject)
    standing, until = "", ""
    for index, said in register.entries.items():
        name = said["type"].removeprefix("agency-")
        of_it = name in STANDINGS and said.get("agency") == agency
        if of_it and announced < index < register.until:
            check_standing(register, index, name, until)
            standing = standing if name == "renewed" else name
            until = said.get("until", until)
    asked = register.entries[register.until]["at"]
    if standing not in {"joined", "restored"} or at(asked) >= at(until):
        fail("the agency was no member when it asked")
    return root


def check_standing(register: Register, index: int, name: str, until: str) -> None:
    """Check that two stewards let an agency stay a year more, or come back."""
    said = register.entries[index]
    agency = bytes.fromhex(said["agency"])
    if name == "renewed":
        days = f"{at(until).isoformat()} {at(said['until']).isoformat()}"
        subject = hashlib.sha256(agency + days.encode()).digest()
        register.check_approvals(index, 2, said["agency"], "renewal", subject)
    if name == "restored":
        ends = last_entry(register, "agency-suspended", said["agency"], index)
        subject = hashlib.sha256(ends + agency + said["fact"].encode()).digest()
        register.check_approvals(index, 2, said["agency"], "restoration", subject)


def last_entry(register: Register, of: str, agency: str, before: int) -> bytes:
    """Return the name of the last of a kind: index in 8 bytes, SHA-256; or zeros."""
    named = bytes(40)
    for index, said in register.before(before, of):
        if said["agency"] == agency:
            digest = hashlib.sha256(register.raw[index]).digest()
            named = index.to_bytes(8, "big") + digest
    return named


def check_certificate(
    register: Register, raw: bytes, root: bytes, role: str, moment: str
) -> dict[str, Any]:
    """Check a certificate, in its signed form, for a moment; return what it says."""
    said = json.loads(raw)
    body = raw_member(raw, "certificate")
    certificate = dict(said["certificate"])
    who = f"the certificate of {certificate['name']}"
    ed25519(root, kind("certificate", body), b64(said["sig"]), who)
    if certificate["agency"] != sha(root)[:32] or certificate["role"] != role:
        fail(f"{who} is of another agency or role")
    if not at(certificate["not_before"]) <= at(moment) < at(certificate["not_after"]):
        fail(f"{who} was not of that time")
    logged = [
        index
        for index, each in register.entries.items()
        if each["type"] == "certificate-logged" and each["sha256"] == sha(body)
    ]
    if not logged:
        fail(f"{who} is not in the log")
    for each in register.entries.values():
        if each["type"] != "certificate-revoked" or at(each["at"]) > at(moment):
            continue
        if each["revocation"]["revocation"]["certificate"] == sha(body):
            fail(f"{who} was revoked")
    return {**certificate, "sha256": sha(body), "logged": min(logged)}


def check_request(register: Register, manifest: dict[str, Any]) -> bytes:
    """Check who asked and who let them; return the agency's root key."""
    entry = register.raw[register.until]
    said = register.entries[register.until]
    signed = said["request"]
    if said["type"] != "request-logged":
        fail("this is no entry of a request")
    if signed["request"]["id"] != manifest["request"]:
        fail("the clip was made for another request")
    root = check_agency(register, signed["request"]["agency"])
    whole = raw_member(entry, "request")
    body = raw_member(whole, "request")
    people = [
        check_certificate(register, raw_member(whole, role), root, role, said["at"])
        for role in ("officer", "supervisor")
    ]
    if any(each["logged"] > register.until for each in people):
        fail("a certificate came into the log after the request")
    officer, supervisor = (b64(each["key"]) for each in people)
    if officer == supervisor:
        fail("officer and supervisor are the same key")
    ed25519(officer, kind("request", body), b64(signed["sig_officer"]), "the officer")
    both = hashlib.sha256(body).digest() + b64(signed["sig_officer"])
    signature = b64(signed["sig_supervisor"])
    ed25519(supervisor, kind("countersignature", both), signature, "the supervisor")
    least = 2 if signed["request"]["urgent"] else 1
    subject, agency = bytes.fromhex(sha(body)), signed["request"]["agency"]
    register.check_approvals(register.until, least, agency, "request", subject)
    return root


# -- custody ---------------------------------------------------------------------------


def check_custody(
    found: Files, register: Register, root: bytes, manifest: dict[str, Any]
) -> None:
    """Check the chain of custody lines, who signed each, and that none is missing."""
    certificates = json.loads(found["certificates.json"])["certificates"]
    held = {sha(canonical(each["certificate"])): each for each in certificates}
    for each in certificates:
        body = kind("certificate", canonical(each["certificate"]))
        ed25519(root, body, b64(each["sig"]), "a certificate")
    request = raw_member(raw_member(register.raw[register.until], "request"), "request")
    before, done, last = sha(request), set(), None
    for number, line in enumerate(found["custody.log"].splitlines(), 1):
        said = json.loads(line)
        if said["before"] != before or said["request"] != manifest["request"]:
            fail(f"custody log, line {number}")
        before = sha(line)
        raw = canonical(held[said["certificate"]])
        officer = check_certificate(register, raw, root, "officer", said["at"])
        if b64(officer["key"]) != b64(said["key"]):
            fail(f"custody log, line {number}: not of the certified key")
        signature, said["sig"] = b64(said["sig"]), base64.b64encode(bytes(64)).decode()
        signed = kind("custody", canonical(said))
        ed25519(b64(said["key"]), signed, signature, f"custody line {number}")
        last = (said["what"], said["about"])
        done.add(last)
    for each in ("received", "opened", "exported"):
        if (each, manifest["sha256"]) not in done:
            fail(f"custody log: no line says that this clip was {each}")
    if last != ("exported", manifest["sha256"]):
        fail("custody log: it does not end with the export of this clip")


def canonical(value: object) -> bytes:
    """Return the form of RFC 8785 for what has no fractions and no odd names."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def options() -> argparse.Namespace:
    """Return what the reader asks for."""
    parser = argparse.ArgumentParser(description="Verifies a court bundle.")
    parser.add_argument("bundle", nargs="?")
    parser.add_argument("--log", default="", help="the key of the public log")
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--quorum", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Check all of it."""
    asked = options()
    try:
        found = files(asked.bundle)
        manifest = check_clip(found)
        log, entries, index = check_log(found, asked)
        host = urlsplit(f"//{log.name}").hostname or log.name
        register = Register(entries, index, host)
        root = check_request(register, manifest)
        check_custody(found, register, root, manifest)
    except (
        ArithmeticError,
        LookupError,
        OSError,
        RecursionError,
        RuntimeError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
    ) as problem:
        fail(f"missing or damaged: {problem!r}")
    told = "RIGHT: clip, request, people, log and custody hold together"
    if asked.log:
        sys.stdout.write(f"{told}.\n")
        return
    key = asked.log or json.loads(found["policy.json"])["log"]
    sys.stdout.write(
        f"{told}, IF THIS IS THE KEY OF THE LOG:\n  {key}\nIt came with the bundle:"
        " whoever forges one writes it too. Compare it with what the hub itself says"
        " or with a member's invite, then run this again with --log and the key.\n"
    )


if __name__ == "__main__":
    main()
