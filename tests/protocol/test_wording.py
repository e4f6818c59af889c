import pytest

from neighborcam.protocol.wording import Concern, concerns


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("There is a reward for the bike", Concern.REWARD),
        ("100 Euro Belohnung!", Concern.REWARD),
        ("Let us catch him tonight", Concern.PURSUIT),
        ("Call me: +49 170 1234567", Concern.CONTACT),
        ("write to ann@example.org", Concern.CONTACT),
        ("He lives at 12 Old Mill Road", Concern.ADDRESS),
        ("Er wohnt Lindenstraße 5", Concern.ADDRESS),
        ("a van, plate AB12 CDE", Concern.PLATE),
        ("Auto mit B-XY 1234", Concern.PLATE),
        ("see https://example.org", Concern.LINK),
        ("black man on our street", Concern.LOOKS_ONLY),
        ("südländischer Typ vor der Tür", Concern.LOOKS_ONLY),
    ],
)
def test_what_a_steward_should_look_at(text: str, concern: Concern) -> None:
    assert concern in concerns("Headline", text)


@pytest.mark.parametrize(
    "text",
    [
        "Smoke above the school, fire brigade is there",
        "A white man in a red jacket smashed the window of the bakery",
        "Found: grey cat with a collar, ask for me in the comments",
        "Power is out in the whole quarter since 18:30",
        "Der Bach steigt, Keller prüfen",
        "Black cat lost since Monday",
    ],
)
def test_what_neighbours_ordinarily_write(text: str) -> None:
    assert concerns(text) == ()
