"""The documents say what the desk can do."""

from pathlib import Path

from neighborcam.commands.agency import ACTIONS

CLI = Path(__file__).parents[2] / "docs" / "cli.md"


def test_every_action_has_a_line_with_what_it_takes() -> None:
    text = CLI.read_text()
    for name, action in ACTIONS.items():
        assert f"* `{' '.join((name, *action.words))}`: {action.what}\n" in text
