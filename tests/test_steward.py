import json
import stat
from pathlib import Path

import msgspec
import pytest

from neighborcam.cli import main
from neighborcam.protocol.age_keys import parse_recipient
from neighborcam.protocol.envelopes import Share, close, combine
from tests.protocol.messages import ID, OTHER_ID


def test_two_stewards_open_an_envelope_with_their_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [str(tmp_path / name) for name in ("ann", "bob")]
    recipients = []
    for key in keys:
        assert main(["steward", "--key", key]) == 0
        recipients.append(parse_recipient(capsys.readouterr().out.strip()))
        assert stat.S_IMODE(Path(key).stat().st_mode) == 0o600
        assert main(["steward", "--key", key]) == 0  # the same again
        assert str(recipients[-1]) == capsys.readouterr().out.strip()
    sealed = tmp_path / "envelope.json"
    sealed.write_bytes(close(ID, OTHER_ID, recipients))
    shares = []
    for key in keys:  # whoever stands first in the hub's list by now
        assert main(["steward", "--key", key, "--envelope", str(sealed)]) == 0
        told = json.loads(capsys.readouterr().out)
        shares.append(msgspec.convert(told, Share))
    assert combine(*shares) == ID


def test_what_cannot_be_opened_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, sealed = tmp_path / "key", tmp_path / "envelope"
    assert main(["steward", "--key", str(key), "--envelope", str(sealed)]) == 1
    assert "no key" in capsys.readouterr().err
    main(["steward", "--key", str(key)])
    capsys.readouterr()
    assert main(["steward", "--key", str(key), "--envelope", str(sealed)]) == 1
    assert "No such file" in capsys.readouterr().err
    other = parse_recipient(
        "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    )
    sealed.write_bytes(close(ID, OTHER_ID, [other, other]))
    assert main(["steward", "--key", str(key), "--envelope", str(sealed)]) == 1
    assert "no share for this key" in capsys.readouterr().err
    sealed.write_bytes(b"nonsense")
    assert main(["steward", "--key", str(key), "--envelope", str(sealed)]) == 1
