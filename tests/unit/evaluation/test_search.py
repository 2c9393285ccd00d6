"""The search benchmark on drawn squares whose class and colour an oracle can read from the pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from toile.catalog.split import split_of
from toile.errors import DataError
from toile.evaluation.gallery import CLASS_TEXTS, colour_histogram, load_gallery
from toile.evaluation.search import UNSEEN_TEXTS, evaluate_search
from toile.progress import no_progress
from toile.recipes.captions import NOUNS, phrases_of
from toile.taxonomy import COLOURS

LABELS = ("T-Shirt", "Longsleeve", "Pants", "Shoes", "Shirt", "Dress", "Outwear", "Shorts", "Hat", "Skirt")
TEXTS = tuple(CLASS_TEXTS.values())
SHADES = {"red": (200, 30, 40), "green": (46, 125, 60)}
ROWS_A_CLASS = 12


def square(index, colour):
    """A coloured garment on a grey wall; the corner pixel's red says the class."""
    pixels = np.full((24, 24, 3), 170, np.uint8)
    pixels[6:18, 6:18] = SHADES[colour]
    pixels[0, 0, 0] = 20 * index
    return Image.fromarray(pixels)


def png(image):
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def write(path, rows):
    """`rows`: id, label, picture bytes."""
    table = {
        "image_id": [identity for identity, _, _ in rows],
        "image": [{"bytes": data, "path": None} for _, _, data in rows],
        "label": [label for _, label, _ in rows],
    }
    pq.write_table(pa.table(table), path)
    return path


@pytest.fixture(scope="module")
def squares(tmp_path_factory) -> Path:
    """Ten classes of twelve rows, half of each red and half green, and one row that nobody could name."""
    rows = [
        (f"{label}-{i}", label, png(square(index, "red" if i % 2 else "green")))
        for index, label in enumerate(LABELS)
        for i in range(ROWS_A_CLASS)
    ]
    rows.append(("odd", "Not sure", png(square(0, "red"))))
    return write(tmp_path_factory.mktemp("squares") / "squares.parquet", rows)


@dataclass(frozen=True)
class Oracle:
    """One axis a class and one, half as long, a colour; `mistaken` takes the first class for the second."""

    mistaken: dict[int, int] = field(default_factory=dict)
    fingerprint: str = "oracle"
    embedding_dim: int = len(TEXTS) + len(SHADES)

    def row(self, index, colour):
        row = np.zeros(self.embedding_dim, np.float32)
        if index is not None:
            row[self.mistaken.get(index, index)] = 1.0
        if colour is not None:
            row[len(TEXTS) + list(SHADES).index(colour)] = 0.5
        return row / max(float(np.linalg.norm(row)), 1e-6)

    def encode_texts(self, texts):
        synonyms = {**dict(zip(TEXTS, range(10), strict=True)), **self.synonyms()}
        words = [text.split() for text in texts]
        asked = [
            (next((synonyms[w] for w in ws if w in synonyms), None), next((w for w in ws if w in SHADES), None))
            for ws in words
        ]
        return np.stack([Oracle().row(index, colour) for index, colour in asked])

    @staticmethod
    def synonyms():
        categories = list(CLASS_TEXTS)
        return {text: categories.index(category) for text, category in UNSEEN_TEXTS.items()}

    def encode_images(self, images):
        def read(image):
            index = image.getpixel((0, 0))[0] // 20
            return self.row(index, "red" if image.getpixel((12, 12)) == SHADES["red"] else "green")

        return np.stack([read(image) for image in images])

    def encode_composed(self, images, texts, *, text_weight=0.5):
        raise NotImplementedError("the benchmark asks with words or with a picture")


@dataclass(frozen=True)
class OracleBundle:
    encoder: Oracle = field(default_factory=Oracle)
    name: str = "oracle"
    hash: str = "0" * 64


@pytest.fixture(scope="module")
def perfect(squares):
    return evaluate_search(OracleBundle(), [squares], None, no_progress)


def test_an_oracle_is_right_everywhere(perfect):
    names = [
        "label_accuracy",
        "macro_recall",
        "category_precision_at_10",
        "image_to_image_precision_at_10",
        "joint_hits",
        "unseen_phrasing_precision_at_10",
    ]
    assert {name: perfect.figures[name] for name in names} == dict.fromkeys(names, 1.0)
    assert perfect.intervals["label_accuracy"] == (1.0, 1.0)
    assert perfect.n == len(LABELS) * ROWS_A_CLASS
    assert perfect.bundle == "oracle 000000000000"


def test_chance_is_what_blind_drawing_gives(perfect):
    assert perfect.figures["chance_label_accuracy"] == pytest.approx(12 / 120)
    assert perfect.figures["chance_category_precision_at_10"] == pytest.approx(12 / 120)
    assert perfect.figures["chance_image_to_image_precision_at_10"] == pytest.approx(11 / 119)
    # 20 queries with 6 answers each: ten blind draws hit 10 * 6 / 120 = 0.5 of the 6 that the slots could hold
    assert perfect.figures["chance_joint_hits"] == pytest.approx(0.5 / 6)


def test_a_colour_histogram_knows_colours_and_no_classes(perfect):
    # The 60 rows of one colour look all the same to it, but for a corner pixel: far from right.
    assert perfect.figures["baseline_joint_hits"] < 0.3
    assert perfect.figures["baseline_label_accuracy"] < 0.5


def test_one_class_taken_for_another_costs_a_tenth(squares):
    skirt, dress = LABELS.index("Skirt"), LABELS.index("Dress")
    figures = evaluate_search(OracleBundle(Oracle(mistaken={skirt: dress})), [squares], None, no_progress).figures
    assert figures["label_accuracy"] == pytest.approx(0.9)
    assert figures["macro_recall"] == pytest.approx(0.9)
    # the dresses stand before the skirts in the file and win all ties; no slot of "skirt" holds one
    assert figures["category_precision_at_10"] == pytest.approx(0.9)
    # 2 of 20 queries find nothing: 18 * 6 of 20 * 6
    assert figures["joint_hits"] == pytest.approx(0.9)


def test_only_rows_of_the_split_are_scored(squares):
    ids = [f"{label}-{i}" for label in LABELS for i in range(ROWS_A_CLASS)]
    report = evaluate_search(OracleBundle(), [squares], "train", no_progress)
    assert 0 < report.n < len(ids)
    assert report.n == sum(split_of(identity) == "train" for identity in ids)


def test_labels_may_be_our_own_words(tmp_path):
    path = write(
        tmp_path / "own.parquet", [("a", "trousers", png(square(2, "red"))), ("b", "bag", png(square(0, "red")))]
    )
    gallery = load_gallery([path], None, Oracle().encode_images, no_progress)
    assert gallery.classes.tolist() == [2]
    assert COLOURS[gallery.main_colours[0]] == "red"


def test_a_histogram_is_a_distribution():
    histogram = colour_histogram(square(0, "green"))
    assert (histogram**2).sum() == pytest.approx(1.0)


def test_words_of_the_unseen_benchmark_are_in_no_training_phrase():
    trained = {word for category in NOUNS for phrase in phrases_of(category, None) for word in phrase.split()}
    assert trained
    assert not trained & set(UNSEEN_TEXTS)


def test_missing_file(tmp_path):
    with pytest.raises(DataError, match=r"none\.parquet does not exist; give the benchmark's pictures with --data"):
        evaluate_search(OracleBundle(), [tmp_path / "none.parquet"], None, no_progress)


def test_missing_column(tmp_path):
    pq.write_table(pa.table({"image_id": ["a"], "label": ["Hat"]}), tmp_path / "half.parquet")
    with pytest.raises(DataError, match=r"half\.parquet lacks the columns \['image'\]; it has \['image_id', 'label'\]"):
        evaluate_search(OracleBundle(), [tmp_path / "half.parquet"], None, no_progress)


def test_broken_picture_is_named(tmp_path):
    path = write(tmp_path / "broken.parquet", [("row-7", "Hat", b"not a picture")])
    with pytest.raises(DataError, match=r"broken\.parquet, row 'row-7': not a picture"):
        evaluate_search(OracleBundle(), [path], None, no_progress)


def test_nothing_to_score(tmp_path):
    path = write(tmp_path / "odd.parquet", [("a", "Not sure", png(square(0, "red")))])
    with pytest.raises(DataError, match=r"no row of odd\.parquet in split test shows one of the ten classes"):
        evaluate_search(OracleBundle(), [path], "test", no_progress)


def test_too_few_rows_to_rank(tmp_path):
    path = write(tmp_path / "few.parquet", [("a", "Hat", png(square(8, "red")))])
    with pytest.raises(DataError, match=r"only 1 rows to score, expected more than 10; try --split all"):
        evaluate_search(OracleBundle(), [path], None, no_progress)
