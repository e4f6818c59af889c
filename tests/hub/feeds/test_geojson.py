import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from neighborcam.hub.feeds.geojson import geojson
from neighborcam.hub.feeds.words import plain
from neighborcam.protocol.alerts import MsgType
from tests.hub.feeds.published import (
    ALLOWED,
    ANY,
    CELL,
    FIRST_ID,
    HUB,
    ID,
    RING,
    cells,
    published,
)


def features(*events: Any) -> list[dict[str, Any]]:
    collection = json.loads(geojson(events, hub=HUB))
    assert collection["type"] == "FeatureCollection"
    found: list[dict[str, Any]] = collection["features"]
    return found


def test_an_alert_is_a_feature_of_its_cell() -> None:
    assert features(published()) == [
        {
            "type": "Feature",
            "id": ID,
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[longitude, latitude] for latitude, longitude in RING]
                ],
            },
            "properties": {
                "title": "Fire: Smoke above the school",
                "category": "fire",
                "headline": "Smoke above the school",
                "text": "Two fire engines.\nWind from the west.",
                "instruction": "Keep windows shut",
                "msgType": "alert",
                "status": "actual",
                "origin": "person",
                "agency": None,
                "urgency": "immediate",
                "severity": "severe",
                "certainty": "observed",
                "verified": True,
                "onset": "2026-11-23T18:30:00Z",
                "expires": "2026-11-23T21:37:00Z",
                "cell": CELL,
                "link": f"{HUB}/feeds/{ID}.cap",
            },
        }
    ]


def test_no_alerts_are_a_collection_too() -> None:
    assert features() == []


def test_an_update_keeps_the_id_and_leads_to_its_own_document() -> None:
    (feature,) = features(
        published(msg_type=MsgType.UPDATE, references=(FIRST_ID,), verified=False)
    )
    assert feature["id"] == FIRST_ID
    assert feature["properties"]["msgType"] == "update"
    assert feature["properties"]["verified"] is False
    assert feature["properties"]["link"] == f"{HUB}/feeds/{ID}.cap"


@given(cells())
def test_an_outline_runs_against_the_clock_as_rfc_7946_wants(cell: str) -> None:
    (feature,) = features(published(cell=cell))
    (corners,) = feature["geometry"]["coordinates"]
    twice_the_area = sum(
        (x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in pairwise(corners)
    )
    assert twice_the_area < 0


@given(ALLOWED)
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    (feature,) = features(published(headline=text, text=text, instruction=text))
    said = feature["properties"]
    assert said["title"] == f"Fire: {text}"
    assert (said["headline"], said["text"], said["instruction"]) == (text, text, text)


@given(ANY)
def test_no_text_breaks_the_feed(text: str) -> None:
    (feature,) = features(published(headline=text, text=text, instruction=text))
    assert feature["properties"]["text"] == plain(text)


@pytest.mark.parametrize("field", ["sig", "author_key", "vote_key"])
def test_keys_stay_out_of_the_feed(field: str) -> None:
    assert field not in geojson([published()], hub=HUB).decode()
