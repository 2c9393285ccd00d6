import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from fakes import ColourEncoder, FakeBundle
from toile import __version__
from toile.errors import QueryError, RetrievalIndexError
from toile.tasks.index import index_catalog
from toile.tasks.query import Query
from toile.tasks.search import search

RED, GREEN, BLUE = (200, 30, 40), (46, 125, 60), (47, 99, 184)


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory) -> Path:
    """Six garments: red, green and blue, each as a dress and as a hat."""
    folder = tmp_path_factory.mktemp("photos")
    lines = []
    for name, colour in {"red": RED, "green": GREEN, "blue": BLUE}.items():
        for category in ("dress", "hat"):
            buffer = BytesIO()
            Image.new("RGB", (12, 12), colour).save(buffer, "PNG")
            (folder / f"{name}-{category}.png").write_bytes(buffer.getvalue())
            told = {"file_name": f"{name}-{category}.png", "category": category, "colours": [name], "price": len(lines)}
            lines.append(json.dumps(told))
    (folder / "metadata.jsonl").write_text("\n".join(lines))
    index_catalog(folder, into=folder.parent / "index", bundle=FakeBundle())
    return folder.parent / "index"


def find(index_dir: Path, *, where=None, k=10, facets=(), image=None, **query):
    asked = Query(images=() if image is None else (image,), **query)
    return search(index_dir, asked, bundle=FakeBundle(), where=where, k=k, facets=facets)


def ids(result) -> list[str]:
    return [hit.id.removesuffix(".png") for hit in result.hits]


def test_words_find_their_colour(index_dir):
    result = find(index_dir, text="a red dress", k=2)
    assert set(ids(result)) == {"red-dress", "red-hat"}
    assert result.hits[0].score == pytest.approx(1, abs=1e-3)
    assert result.exact


def test_a_picture_finds_itself(index_dir):
    assert set(ids(find(index_dir, image=Image.new("RGB", (40, 40), BLUE), k=2))) == {"blue-dress", "blue-hat"}


@pytest.mark.parametrize(("text_weight", "colour"), [(0.0, "blue"), (1.0, "green")])
def test_the_weight_decides_between_words_and_picture(index_dir, text_weight, colour):
    result = find(index_dir, text="green", image=Image.new("RGB", (9, 9), BLUE), text_weight=text_weight, k=1)
    assert ids(result)[0].startswith(colour)


def test_filter_and_facets(index_dir):
    result = find(index_dir, text="red", where="category = 'hat' and price > 1", facets=["category", "colours"])
    assert ids(result) == ["green-hat", "blue-hat"] or ids(result) == ["blue-hat", "green-hat"]
    assert result.facets == {"category": {"hat": 2}, "colours": {"blue": 1, "green": 1}}


def test_hybrid_brings_the_word_that_vectors_do_not_know(index_dir):
    assert ids(find(index_dir, text="red hat", k=1, hybrid=True)) == ["red-hat"]


def test_json_is_one_object_with_its_recipe(index_dir):
    result = find(index_dir, text="a red dress", k=3, where="price < 9", facets=["category"])
    told = json.loads(result.to_json())
    assert [hit["id"] for hit in told["hits"]] == [hit.id for hit in result.hits]
    assert told["hits"][0]["extra"]["price"] == result.hits[0].record.extra["price"]
    assert told["facets"] == {"category": {"dress": 3, "hat": 3}}
    assert (told["recipe"]["verb"], told["recipe"]["version"]) == ("search", __version__)
    assert told["recipe"]["arguments"] == {
        "text": "a red dress",
        "without": None,
        "text_weight": None,
        "encoder": "first",
        "hits": "pictures",
        "caption_weight": 0.0,
        "rerank": 0,
        "where": "price < 9",
        "k": 3,
        "hybrid": False,
        "facets": ["category"],
        "index": {"rows": 6, "version": result.recipe.arguments["index"]["version"]},
    }


def test_the_recipe_names_the_picture_by_its_hash(index_dir):
    one, same, other = (find(index_dir, image=Image.new("RGB", (4, 4), colour)) for colour in (RED, RED, BLUE))
    assert one.recipe.parents == same.recipe.parents != other.recipe.parents


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"text": " "}, "the query is empty; say in words"),
        ({}, "nothing to search for: give words, a picture, or both"),
        ({"text": "red", "k": 0}, "k is 0, expected the number of hits wanted: 1 or more"),
        ({"text": "red", "k": -1}, "k is -1"),
        ({"text": "red", "k": -2, "hybrid": True}, "k is -2,"),
        ({"text": "red", "text_weight": 1.5}, "text_weight is 1.5, expected the share of the words, from 0 to 1"),
        ({"image": Image.new("RGB", (4, 4)), "hybrid": True}, "need words"),
        ({"text": "red", "where": "colour = 'red'"}, "there is no column 'colour' in .*; it has id, .*colours"),
        ({"text": "red", "facets": ["brand"]}, "there is no column 'brand'"),
        ({"text": "very " * 30 + "red"}, "the window holds 20"),
    ],
)
def test_bad_queries_are_refused(index_dir, query, reason):
    with pytest.raises(QueryError, match=reason):
        find(index_dir, **query)


def test_index_of_another_encoder_is_refused(index_dir):
    other = FakeBundle(encoder=ColourEncoder(fingerprint="another"))
    with pytest.raises(
        RetrievalIndexError, match=r"made by another encoder .* load that bundle, or index again with `toile index"
    ):
        search(index_dir, Query(text="red"), bundle=other)


def test_no_index_is_refused(tmp_path):
    with pytest.raises(RetrievalIndexError, match="is not an index; make one with `toile index SOURCE --into"):
        find(tmp_path, text="red")
