"""A session changes one thing a step, takes it back, and can be done again."""

from __future__ import annotations

import pytest

from toile.culture.session import RefineSession
from toile.errors import QueryError


def values(session: RefineSession, field: str) -> list[str]:
    return [slot.value for slot in session.refined.slots if slot.field == field]


def test_what_is_locked_stays_when_another_seed_is_tried():
    session = RefineSession("hanbok")
    colour = values(session, "colour")
    session.do("lock colour")
    for _ in range(5):
        session.do("other")
        assert values(session, "colour") == colour


def test_set_remove_and_undo():
    session = RefineSession("kimono")
    before = session.refined
    session.do("set colour=green")
    assert values(session, "colour") == ["green"]
    assert "+ colour: green" in session.changes()
    session.do("remove motif")
    assert values(session, "motif") == []
    session.do("undo")
    session.do("undo")
    assert session.refined == before


def test_another_garment_of_the_culture_takes_its_place():
    session = RefineSession("Japanese wedding guest")
    first = session.refined.records
    session.do("swap")
    assert session.refined.records != first
    session.do("swap hakama")
    assert session.refined.records == ("hakama",)


def test_more_and_less_traditional_say_more_and_less():
    session = RefineSession("kimono")
    lengths = [len(session.refined.slots), len(session.do("less").slots), len(session.do("more").slots)]
    assert lengths[1] < lengths[0] == lengths[2]


def test_what_is_wrong_with_a_picture_is_said_in_words():
    session = RefineSession("kimono")
    session.do("say sleeves are too wide")
    assert "narrow sleeves" in session.refined.prompt
    assert "hanging sleeves" not in session.refined.prompt


def test_a_session_is_done_again_from_its_file():
    session = RefineSession("hanbok for Seollal")
    for step in ("set colour=pink", "less", "say too short"):
        session.do(step)
    again = RefineSession.from_json(session.to_json())
    assert again.refined == session.refined


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("fly", "there is no step 'fly'"),
        ("undo", "nothing to undo"),
        ("set shoe=red", "there is no field 'shoe'"),
        ("set colour=", "say which colour"),
        ("swap zorvak", "no record is called 'zorvak'"),
        ("say it is haunted", "is not understood"),
    ],
)
def test_a_wrong_step_changes_nothing(step: str, says: str):
    session = RefineSession("hanbok")
    before = session.refined
    with pytest.raises(QueryError, match=says):
        session.do(step)
    assert session.refined == before


def test_what_is_no_session_is_refused():
    with pytest.raises(QueryError, match="no saved session"):
        RefineSession.from_json("{}")
