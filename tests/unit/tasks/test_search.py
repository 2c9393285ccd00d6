import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from fakes import ColourComposer, ColourEncoder, FakeBundle
from toile import __version__
from toile.errors import QueryError, RetrievalIndexError
from toile.tasks.index import index_catalog
from toile.tasks.query import Query, contradiction
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


@pytest.fixture(scope="module")
def multimodal_dir(index_dir, tmp_path_factory) -> Path:
    """The same with vectors of the multimodal encoder; only the dresses have captions, those of their neighbours."""
    folder = tmp_path_factory.mktemp("multimodal")
    lines = []
    for number, (colour, words) in enumerate(((RED, "green"), (GREEN, "blue"), (BLUE, None))):
        Image.new("RGB", (12 - number, 12), colour).save(folder / f"{number}.png")
        lines.append(json.dumps({"file_name": f"{number}.png", **({"caption": words} if words else {})}))
    (folder / "metadata.jsonl").write_text("\n".join(lines))
    index_catalog(folder, into=folder.parent / "multimodal-index", bundle=FakeBundle(), multimodal=True)
    return folder.parent / "multimodal-index"


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


# --- the multimodal encoder -----------------------------------------------------------------------------------------

ANY = Image.new("RGB", (8, 8), RED)


def test_a_picture_is_changed_by_the_trained_encoder_where_the_index_has_it(index_dir, multimodal_dir):
    changed = find(multimodal_dir, text="but green", image=ANY)
    assert ids(changed)[0] == "1"
    assert changed.recipe.arguments["encoder"] == "multimodal"
    assert find(index_dir, text="but green", image=ANY).recipe.arguments["encoder"] == "first"
    assert find(multimodal_dir, text="green", image=ANY, text_weight=0.4).recipe.arguments["encoder"] == "first"
    assert find(multimodal_dir, text="green").recipe.arguments["encoder"] == "first"
    assert ids(find(multimodal_dir, text="green", encoder="multimodal"))[0] == "1"


def test_words_are_found_for_a_picture_and_rows_without_are_no_hits(multimodal_dir):
    found = find(multimodal_dir, image=Image.new("RGB", (8, 8), GREEN), hits="captions")
    assert ids(found) == ["0", "1"]


def test_captions_count_as_much_as_they_are_told_to(multimodal_dir):
    asked = {"text": "green", "encoder": "multimodal"}
    assert ids(find(multimodal_dir, **asked, caption_weight=0.1))[0] == "1"
    assert ids(find(multimodal_dir, **asked, caption_weight=9.0))[0] == "0"


def test_the_best_hits_are_ordered_by_matching_too(multimodal_dir):
    asked = {"text": "red or green", "encoder": "multimodal"}
    before = find(multimodal_dir, **asked, k=3)
    again = find(multimodal_dir, **asked, k=3, rerank=3)
    assert sorted(ids(again)) == sorted(ids(before))
    assert ids(again).index("2") <= ids(before).index("2")
    assert {hit.id: hit.score for hit in again.hits} == {hit.id: hit.score for hit in before.hits}


def test_what_is_not_wanted_is_passed_over(index_dir, multimodal_dir):
    both = Image.new("RGB", (8, 8), RED)
    both.paste(BLUE, (4, 0, 8, 8))
    assert ids(find(index_dir, image=both, without="red", k=1))[0].startswith("blue")
    assert ids(find(index_dir, image=both, without="blue", k=1))[0].startswith("red")
    assert ids(find(multimodal_dir, text="red blue", without="red", encoder="multimodal", k=1)) == ["2"]


def test_of_several_pictures_the_mean_counts(index_dir):
    asked = Query(images=(Image.new("RGB", (8, 8), RED), Image.new("RGB", (4, 4), RED), Image.new("RGB", (8, 8), BLUE)))
    result = search(index_dir, asked, bundle=FakeBundle(), k=2)
    assert {hit.id.split("-")[0] for hit in result.hits} == {"red"}
    assert len(result.recipe.parents) == 3


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"text": " ", "image": ANY}, "the change is empty; say what to change"),
        ({"text": "longer and shorter sleeves", "image": ANY}, "contradicts itself: longer and shorter;"),
        ({"text": "longer sleeves, no, shorter sleeves", "image": ANY}, "itself: longer and shorter sleeves"),
        ({"text": "but sleeveless with long sleeves", "image": ANY}, "contradicts itself: sleeveless, and sleeves"),
        ({"text": "red", "without": ""}, "what is not wanted is empty"),
        ({"image": ANY, "rerank": 5}, "rerank need words"),
        ({"image": ANY, "encoder": "multimodal"}, "compares pictures with words, not with each other"),
        ({"text": "red", "encoder": "first", "rerank": 5}, "rerank needs the multimodal encoder"),
        ({"text": "red", "encoder": "multimodal", "text_weight": 0.5}, "text_weight is of the first encoder"),
        ({"text": "red", "caption_weight": -1.0}, "can't be negative"),
    ],
)
def test_bad_multimodal_queries_are_refused(multimodal_dir, query, reason):
    with pytest.raises(QueryError, match=reason):
        find(multimodal_dir, **query)


@pytest.mark.parametrize("text", ["longer sleeves and a shorter hem", "sleeveless", "plain, with long sleeves"])
def test_opposites_of_different_things_are_no_contradiction(text):
    assert contradiction(text) is None


def test_an_index_without_multimodal_vectors_says_so(index_dir):
    with pytest.raises(QueryError, match="has no multimodal vectors; index its source again with --multimodal"):
        find(index_dir, text="red", encoder="multimodal")


def test_vectors_of_another_multimodal_encoder_are_refused(multimodal_dir):
    other = FakeBundle(unifashion_encoder=ColourComposer(fingerprint="another"))
    with pytest.raises(RetrievalIndexError, match="are another encoder's"):
        search(multimodal_dir, Query(text="green", images=(ANY,)), bundle=other)
