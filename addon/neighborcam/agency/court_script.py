"""Verifies a court bundle, a folder or a ZIP: Python's standard library and openssl.

Written against the spec and not against NeighborCam, so that the two can disagree.
Every bundle holds this file as verify.py.
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile
from typing import Any, NoReturn

Files = dict[str, bytes]

PREFIX = b"neighborcam.ncp/1/"


def fail(text: str) -> NoReturn:
    """Say what is wrong, and end."""
    sys.exit("WRONG: " + text)


def files() -> Files:
    """Return what the bundle holds, by name."""
    named = sys.argv[1] if len(sys.argv) > 1 else None
    here = pathlib.Path(named or pathlib.Path(__file__).parent)
    if here.is_dir():
        return {
            each.name: each.read_bytes() for each in here.iterdir() if each.is_file()
        }
    with zipfile.ZipFile(here) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def ed25519(key: bytes, signed: bytes, signature: bytes, what: str) -> None:
    """Check a signature (RFC 8032) by openssl."""
    der = bytes.fromhex("302a300506032b6570032100") + key
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        (folder / "key").write_bytes(der)
        (folder / "signed").write_bytes(signed)
        (folder / "sig").write_bytes(signature)
        options = ["-verify", "-rawin", "-pubin", "-keyform", "DER"]
        names = ["-inkey", "key", "-in", "signed", "-sigfile", "sig"]
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["openssl", "pkeyutl", *options, *names],  # noqa: S607 - the reader's own
            cwd=folder,
            capture_output=True,
            check=False,
        )
    if done.returncode:
        fail("the signature of " + what)


def canonical(value: object) -> bytes:
    """Return the form of RFC 8785 for what custody lines hold: no fractions."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def kind(name: str, body: bytes) -> bytes:
    """Return what is signed of a message of a kind."""
    return PREFIX + name.encode() + b"\0" + body


def b64(text: str) -> bytes:
    """Return decoded base64."""
    return base64.b64decode(text)


def check_clip(found: Files) -> dict[str, Any]:
    """Check clip and manifest; return the manifest."""
    body = found["manifest.json"]
    manifest = json.loads(body)
    clip = found["clip.mp4" if manifest["kind"] == "clip" else "still.jpg"]
    is_same = hashlib.sha256(clip).hexdigest() == manifest["sha256"]
    if not is_same or len(clip) != manifest["bytes"]:
        fail("the clip is not the one of its manifest")
    signature = bytes.fromhex(found["manifest.sig"].decode().strip())
    ed25519(b64(manifest["key"]), kind("manifest", body), signature, "the manifest")
    return dict(manifest)


def raw_member(body: bytes, name: str) -> bytes:
    """Return a member of a canonical object as it stands there, not encoded anew."""
    text = body.decode()
    start = text.index(f'"{name}":{{') + len(name) + 3
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()


def check_request(found: Files, manifest: dict[str, Any]) -> None:
    """Check that the clip is for the request, and who signed that."""
    entry = found["request-entry.json"]
    signed = json.loads(entry)["request"]
    if signed["request"]["id"] != manifest["request"]:
        fail("the clip was made for another request")
    body = raw_member(raw_member(entry, "request"), "request")
    officer = b64(signed["officer"]["certificate"]["key"])
    ed25519(officer, kind("request", body), b64(signed["sig_officer"]), "the officer")
    both = hashlib.sha256(body).digest() + b64(signed["sig_officer"])
    supervisor = b64(signed["supervisor"]["certificate"]["key"])
    signature = b64(signed["sig_supervisor"])
    ed25519(supervisor, kind("countersignature", both), signature, "the supervisor")


def check_log(found: Files) -> None:
    """Check that the request is in the log (C2SP tlog-proof, RFC 9162 2.1.3.2)."""
    head, _, note = found["request-entry.tlog-proof"].decode().partition("\n\n")
    first, index, *siblings = head.split("\n")
    if first != "c2sp.org/tlog-proof@v1":
        fail("this is no proof of a log")
    text, _, signatures = note.partition("\n\n")
    origin, size, root = text.split("\n")[:3]
    leaf = hashlib.sha256(b"\0" + found["request-entry.json"]).digest()
    number = int(index.removeprefix("index "))
    if reached(leaf, number, int(size), [b64(each) for each in siblings]) != b64(root):
        fail("the request is not in the log")
    name, _, key = json.loads(found["policy.json"])["log"].split("+", 2)
    if name != origin:
        fail("the checkpoint is of another log")
    for line in signatures.splitlines():
        mark, signer, signature = line.split(" ")
        if signer == name and mark == "\u2014":
            signed = f"{text}\n".encode()
            ed25519(b64(key)[1:], signed, b64(signature)[4:], "the log")
            return
    fail("the log has not signed its checkpoint")


def reached(leaf: bytes, index: int, size: int, siblings: list[bytes]) -> bytes:
    """Return the root to which a proof leads; nothing for one of another length."""
    here, last, node = index, size - 1, leaf
    for sibling in siblings:
        if here & 1 or here == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        here, last = here >> 1, last >> 1
    return b"" if last else node


def check_custody(found: Files) -> None:
    """Check the chain of custody lines, and each signature."""
    before = "0" * 64
    for number, line in enumerate(found["custody.log"].splitlines(), 1):
        said = json.loads(line)
        if said["before"] != before:
            fail(f"custody log, line {number}")
        before = hashlib.sha256(line).hexdigest()
        signature, said["sig"] = b64(said["sig"]), base64.b64encode(bytes(64)).decode()
        signed = kind("custody", canonical(said))
        ed25519(b64(said["key"]), signed, signature, f"custody line {number}")


def main() -> None:
    """Check all of it."""
    try:
        found = files()
        check_request(found, check_clip(found))
        check_log(found)
        check_custody(found)
    except (KeyError, ValueError, IndexError, OSError) as problem:
        fail(f"missing or damaged: {problem!r}")
    sys.stdout.write("RIGHT: clip, request, log and custody hold together.\n")


if __name__ == "__main__":
    main()
