import pytest

from fakes import FakeBundle
from toile.errors import ConfigError
from toile.evaluation import evaluate


def test_unknown_benchmark_lists_the_known_ones():
    with pytest.raises(ConfigError, match="there is no benchmark 'beauty'; choose one of search, design, edit, tryon"):
        evaluate("beauty", bundle=FakeBundle())


def test_a_benchmark_without_sizes_refuses_them():
    with pytest.raises(
        ConfigError, match="the benchmark 'search' has no sizes to set; these have: design, edit, tryon, rag, speed"
    ):
        evaluate("search", bundle=FakeBundle(), sizes={"plates": 3})


def test_a_size_that_there_is_not_is_named():
    with pytest.raises(ConfigError, match="--set of composed is not valid: triplet: Unexpected keyword argument"):
        evaluate("composed", bundle=FakeBundle(), sizes={"triplet": 3})


def test_unknown_split_lists_the_known_ones():
    with pytest.raises(ConfigError, match="there is no split 'dev'; choose one of train, validation, test, all"):
        evaluate("search", bundle=FakeBundle(), split="dev")
