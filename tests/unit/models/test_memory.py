from __future__ import annotations

from PIL import Image

from toile.models.memory import Remembered, picture_hash


def test_the_last_results_are_remembered_and_the_oldest_goes() -> None:
    made: list[str] = []
    kept: Remembered[str] = Remembered(2)

    def get(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key.upper())

    assert [get(key) for key in "abacb"] == ["A", "B", "A", "C", "B"]
    assert made == ["a", "b", "c", "b"]  # a was asked for again, so that b went when c came


def test_a_picture_is_known_by_its_content() -> None:
    red = Image.new("RGB", (4, 2), "red")
    assert picture_hash(red) == picture_hash(red.copy().convert("RGBA"))
    assert picture_hash(red) != picture_hash(red.resize((2, 4)))
    assert picture_hash(red) != picture_hash(Image.new("RGB", (4, 2), "blue"))
