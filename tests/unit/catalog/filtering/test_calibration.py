import numpy as np
import pytest

from toile.catalog.filtering.calibration import Means, Null, Pairs, calibrate, cosines, mean_embeddings


def domain(rng, count, *, closeness, offset, noise=0.5):
    """True pairs around one direction that all of them share: the larger `offset`, the higher every cosine."""
    common = np.zeros(16)
    common[0] = offset
    images = rng.standard_normal((count, 16)) + common
    texts = closeness * images + noise * rng.standard_normal((count, 16)) + common
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (images, texts)]
    words = [f"caption {offset} {row}" for row in range(count)]
    return Pairs(images=unit[0].astype(np.float32), texts=unit[1].astype(np.float32), words=words, total=count)


def test_p_values_count_the_mismatches_above():
    null = Null(centre=1.0, spread=2.0, scores=np.array([0.0, 1.0, 2.0, 3.0]), rows=4)
    assert null.z(np.array([5.0])).tolist() == [2.0]
    # centred scores 2.5, 3 and 4: one, one and none of four mismatches are as high
    assert null.p_values(np.array([0.75, 1.0, 1.5])).tolist() == [2 / 5, 2 / 5, 1 / 5]


def test_centring_takes_half_of_what_is_near_to_everything():
    means = Means(image=np.array([1.0, 0.0]), text=np.array([0.0, 1.0]))
    images, texts = np.array([[0.6, 0.8]]), np.array([[1.0, 0.0]])
    # cosine 0.6; the picture is 0.8 near to the mean text, the text 1.0 to the mean picture
    assert means.centre(cosines(images, texts), images, texts) == pytest.approx([0.6 - (0.8 + 1.0) / 2])


def test_domains_of_different_offset_get_one_scale():
    rng = np.random.default_rng(0)
    domains = {"near": domain(rng, 300, closeness=1, offset=4), "far": domain(rng, 300, closeness=1, offset=0)}
    raw = {name: float(np.median(pairs.cosines)) for name, pairs in domains.items()}
    calibration = calibrate(domains, mean_embeddings(domains), min_rows=16)
    assert calibration is not None
    wrong = {name: cosines(pairs.images, np.roll(pairs.texts, 1, axis=0)) for name, pairs in domains.items()}
    assert np.median(wrong["near"]) > np.median(wrong["far"]) + 0.3  # the scales differ
    assert raw["near"] - np.median(wrong["near"]) < raw["far"] - np.median(wrong["far"])
    for name, pairs in domains.items():
        mismatched = calibration.z(name, pairs.images, np.roll(pairs.texts, 1, axis=0))
        assert abs(np.median(mismatched)) < 0.25
        assert np.median(calibration.z(name, pairs.images, pairs.texts)) > 2
        assert calibration.nulls[name].origin == "own"


def test_a_domain_of_too_few_rows_uses_the_pool():
    rng = np.random.default_rng(0)
    domains = {"many": domain(rng, 100, closeness=1, offset=2), "few": domain(rng, 15, closeness=1, offset=0)}
    calibration = calibrate(domains, mean_embeddings(domains), min_rows=16)
    assert calibration is not None
    assert (calibration.nulls["many"].origin, calibration.nulls["few"].origin) == ("own", "pooled")
    assert calibration.nulls["few"].rows == 115
    means = mean_embeddings(domains)
    together = (100 * means["many"].image + 15 * means["few"].image) / 115
    np.testing.assert_allclose(calibration.means["few"].image, together)
    np.testing.assert_allclose(calibration.means["many"].image, means["many"].image)


def test_equal_words_are_no_mismatch():
    rng = np.random.default_rng(0)
    pairs = domain(rng, 40, closeness=1, offset=1)
    same = Pairs(images=pairs.images, texts=pairs.texts, words=["a red dress"] * 40, total=40)
    assert calibrate({"all": same}, mean_embeddings({"all": same}), min_rows=16) is None


def test_nothing_is_measured_where_all_mismatches_score_the_same():
    eye = np.eye(20, dtype=np.float32)
    pairs = Pairs(images=eye, texts=eye, words=[str(row) for row in range(20)], total=20)
    assert calibrate({"all": pairs}, mean_embeddings({"all": pairs}), min_rows=16) is None


def test_words_of_other_domains_are_told_apart_from_those_of_the_own():
    rng = np.random.default_rng(0)
    left, right = domain(rng, 100, closeness=1, offset=3), domain(rng, 100, closeness=1, offset=-3)
    domains = {"left": left, "right": right}
    calibration = calibrate(domains, mean_embeddings(domains), min_rows=16)
    assert calibration is not None
    assert calibration.easy["left"] < -3  # the encoder knows the domain by its common direction
    alone = calibrate({"left": left}, mean_embeddings({"left": left}), min_rows=16)
    assert alone is not None
    assert alone.easy == {}


def test_a_domain_of_one_caption_is_calibrated_with_the_words_of_others():
    """The domains are classes and the captions are the classes' names: inside of one there is nothing to mistake."""
    rng = np.random.default_rng(0)
    common = np.zeros(16)
    common[0] = 3
    domains = {}
    for word in ("a hat", "a shoe", "a dress"):
        thing = rng.standard_normal(16)
        images = thing + 0.3 * rng.standard_normal((30, 16)) + common
        texts = np.repeat((thing + common)[None], 30, axis=0)
        unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (images, texts)]
        domains[word] = Pairs(
            images=unit[0].astype(np.float32), texts=unit[1].astype(np.float32), words=[word] * 30, total=30
        )
    calibration = calibrate(domains, mean_embeddings(domains), min_rows=16)
    assert calibration is not None
    for name, pairs in domains.items():
        assert calibration.nulls[name].origin == "others"
        assert np.median(calibration.z(name, pairs.images, pairs.texts)) > 1.5
    assert calibration.easy == {}
