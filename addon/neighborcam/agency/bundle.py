"""The court bundle: a ZIP that proves itself without us and without a network.

The same case gives the same bytes: times in the archive are fixed.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from typing import Annotated, Final, Literal

import msgspec

from neighborcam.protocol.agencies import IssuedCertificate
from neighborcam.protocol.answers import Item
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.identity import Message
from neighborcam.protocol.log_proof import LogProof

CLIP: Final = {"clip": "clip.mp4", "still": "still.jpg"}
MANIFEST: Final = "manifest.json"
MANIFEST_SIG: Final = "manifest.sig"
REQUEST: Final = "request-entry"
LOG: Final = "log/"
ENTRY: Final = ".json"
PROOF: Final = ".tlog-proof"
POLICY: Final = "policy.json"
CERTIFICATES: Final = "certificates.json"
CUSTODY: Final = "custody.log"
PAPERS: Final = ("README.txt", "verify.py")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_SCRIPT: Final = "court_script.py"
_README: Final = """A clip that a household gave, and what proves it.

clip.mp4 or still.jpg      the clip, as the household's engine made it
manifest.json, .sig        what it is and how it was made, signed by a key of its own
request-entry.json         the request that it answers, as it stands in the public log
request-entry.tlog-proof   that it stands there (c2sp.org/tlog-proof)
log/NUMBER.json            other entries of the log: stewards, agency, certificates
log/NUMBER.tlog-proof      that they stand there
certificates.json          the certificates of who signed
policy.json                the keys of the log and its witnesses, as the desk knew them
custody.log                what was done with the clip at the desk, line by line
verify.py                  checks all of it:  python3 verify.py --log KEY
                           (needs openssl 3)

KEY is the key of the log, from somebody else than who gave you this: the hub's page
shows it, and so does every invite to it. Without it the script says whose key it
believed. Whoever changed this bundle could change verify.py too: take one of your own.

Nobody knows from this who filmed, and nobody has to.
"""


class BundlePolicy(Message, frozen=True, kw_only=True):
    """Whom the desk believed. ``hub`` is where the log's key can be compared."""

    hub: str
    log: str
    witnesses: tuple[str, ...] = ()
    quorum: int = 0


class Certificates(Message, frozen=True, kw_only=True, tag="certificates"):
    """Of everybody who signed the request or a line of custody."""

    v: Literal[1] = 1
    certificates: Annotated[
        tuple[IssuedCertificate, ...], msgspec.Meta(min_length=1, max_length=64)
    ]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What proves a clip. ``entries`` are those of the log, by index."""

    request: int
    entries: Mapping[int, bytes]
    proofs: Mapping[int, LogProof]
    certificates: tuple[IssuedCertificate, ...]
    policy: BundlePolicy
    custody: bytes


def entry_name(index: int, request: int) -> str:
    """Return the name of an entry's files, without what tells the two apart."""
    return REQUEST if index == request else f"{LOG}{index}"


def bundle(item: Item, clip: bytes, evidence: Evidence) -> bytes:
    """Return the ZIP of one clip."""
    contents = {
        CLIP[item.manifest.kind]: clip,
        MANIFEST: encode(item.manifest),
        MANIFEST_SIG: item.sig.hex().encode() + b"\n",
        POLICY: encode(evidence.policy),
        CERTIFICATES: encode(Certificates(certificates=evidence.certificates)),
        CUSTODY: evidence.custody,
        **papers(),
    }
    for index, entry in evidence.entries.items():
        name = entry_name(index, evidence.request)
        contents[f"{name}{ENTRY}"] = entry
        contents[f"{name}{PROOF}"] = evidence.proofs[index].encode()
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return target.getvalue()


def papers() -> dict[str, bytes]:
    """Return what lies in a bundle for people, and proves nothing."""
    script = resources.files(__package__).joinpath(_SCRIPT).read_bytes()
    return dict(zip(PAPERS, (_README.encode(), script), strict=True))
