from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from toile.catalog.filtering.bodies import Body, read_body
from toile.catalog.filtering.rules import Facts, Verdict, first_dropped, judge
from toile.catalog.filtering.settings import RuleSettings


def pose(seen=range(18), x=5.0):
    """18 joints of a 10×10 picture."""
    joints = np.zeros((18, 3))
    joints[list(seen)] = (x, 5.0, 1.0)
    return joints.ravel().tolist()


def png(array):
    buffer = BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def read(**values):
    return read_body(values, width=10, height=10)


def test_what_a_record_does_not_say_is_not_known():
    assert read(colour="red") == Body()


@pytest.mark.parametrize(
    ("values", "persons"), [({"num_persons": 2}, 2), ({"persons": 0}, 0), ({"poses": [pose(), pose(), pose()]}, 3)]
)
def test_persons_are_counted_by_the_record(values, persons):
    assert read(**values).persons == persons


def test_one_pose_does_not_say_how_many_people_there_are():
    assert read(pose=pose()).persons is None


def test_the_body_is_twelve_joints_and_the_head_is_not_one():
    assert read(pose=pose(seen=[0, 1, 14, 15, 16, 17])).visible == 0
    assert read(pose=pose(seen=range(2, 8))).visible == 0.5
    assert read(keypoints=np.reshape(pose(), (18, 3)).tolist()).visible == 1


def test_joints_outside_of_the_picture_are_not_seen():
    assert read(pose=pose(x=10.0)).visible == 0
    assert read(pose=pose(x=-1.0)).visible == 0


def test_the_area_is_that_of_the_mask_or_of_all_labels():
    mask = np.zeros((4, 4), np.uint8)
    mask[:2, :2] = 7
    assert read(labels=png(mask)).area == 0.25
    assert read(person={"bytes": png(mask > 0), "path": None}).area == 0.25


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"pose": [1.0] * 51}, "pose is no pose of 18 joints with x, y, visibility"),
        ({"num_persons": "two"}, "num_persons is 'two', expected a whole number"),
        ({"labels": b"RIFF"}, "labels is no PNG that can be read"),
    ],
)
def test_what_is_not_understood_is_noted_and_not_judged(values, note):
    body = read(**values)
    assert (body.persons, body.visible, body.area, body.note) == (None, None, None, note)


def facts(**values):
    return Facts(**{"id": "a", "text": "a red dress", "text_origin": "caption", "num_words": 3, "width": 300} | values)


def test_every_rule_has_a_verdict_and_the_first_drops():
    verdicts = judge(facts(height=80, body=Body(persons=3, visible=0.25)), RuleSettings())
    assert verdicts == {
        "readable": Verdict.PASSED,
        "words": Verdict.PASSED,
        "size": Verdict.DROPPED,
        "aspect": Verdict.DROPPED,
        "persons": Verdict.DROPPED,
        "body": Verdict.DROPPED,
        "area": Verdict.NOT_JUDGED,
        "garment": Verdict.OFF,
        "colour": Verdict.OFF,
    }
    assert first_dropped(verdicts) == "size"


def test_limits_are_inclusive_and_none_is_off():
    rules = RuleSettings(min_side_px=100, max_aspect=3.0, max_persons=None, min_body=0.5)
    verdicts = judge(facts(height=100, body=Body(persons=9, visible=0.5)), rules)
    assert first_dropped(verdicts) is None
    assert verdicts["persons"] is Verdict.OFF
    assert (verdicts["size"], verdicts["aspect"], verdicts["body"]) == (Verdict.PASSED,) * 3


def test_a_short_caption_goes_and_a_category_may_be_one_word():
    rules = RuleSettings(min_words=3)
    short = facts(height=300, text="red dress", num_words=2)
    assert first_dropped(judge(short, rules)) == "words"
    assert first_dropped(judge(facts(height=300, text_origin="category", num_words=2), rules)) is None
    assert first_dropped(judge(facts(height=300, text=None, text_origin=None, num_words=0), rules)) == "words"
