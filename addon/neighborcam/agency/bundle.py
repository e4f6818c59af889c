"""The court bundle: a ZIP that proves itself without us and without a network.

The same case gives the same bytes: times in the archive are fixed.
"""

import zipfile
from importlib import resources
from io import BytesIO
from typing import Final

from neighborcam.agency.casebook import DeskSettings
from neighborcam.agency.custody import Custody
from neighborcam.protocol.answers import Item
from neighborcam.protocol.canonical import canonical, encode

CLIP: Final = {"clip": "clip.mp4", "still": "still.jpg"}
MANIFEST: Final = "manifest.json"
MANIFEST_SIG: Final = "manifest.sig"
ENTRY: Final = "request-entry.json"
PROOF: Final = "request-entry.tlog-proof"
POLICY: Final = "policy.json"
CUSTODY: Final = "custody.log"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_SCRIPT: Final = "court_script.py"
_README: Final = """A clip that a household gave, and what proves it.

clip.mp4 or still.jpg      the clip, as the household's engine made it
manifest.json, .sig        what it is and how it was made, signed by a key of its own
request-entry.json         the request it answers, as it stands in the public log
request-entry.tlog-proof   that it stands there (c2sp.org/tlog-proof)
policy.json                the keys of the log and its witnesses
custody.log                what was done with evidence at the desk, line by line
verify.py                  checks all of it:  python3 verify.py  (needs openssl 3)

Nobody knows from this who filmed, and nobody has to.
"""


def bundle(
    item: Item,
    clip: bytes,
    *,
    entry: bytes,
    proof: str,
    settings: DeskSettings,
    custody: Custody,
) -> bytes:
    """Return the ZIP of one clip."""
    policy = {
        "log": settings.log,
        "quorum": settings.quorum,
        "witnesses": list(settings.witnesses),
    }
    contents = {
        CLIP[item.manifest.kind]: clip,
        MANIFEST: encode(item.manifest),
        MANIFEST_SIG: item.sig.hex().encode() + b"\n",
        ENTRY: entry,
        PROOF: proof.encode(),
        POLICY: canonical(policy),
        CUSTODY: custody.whole(),
        "README.txt": _README.encode(),
        "verify.py": resources.files(__package__).joinpath(_SCRIPT).read_bytes(),
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return target.getvalue()
