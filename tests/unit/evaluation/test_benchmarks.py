import pytest

from fakes import FakeBundle
from toile.errors import ConfigError
from toile.evaluation import evaluate


def test_unknown_benchmark_lists_the_known_ones():
    with pytest.raises(ConfigError, match="there is no benchmark 'beauty'; choose one of search, design, speed"):
        evaluate("beauty", bundle=FakeBundle())


def test_unknown_split_lists_the_known_ones():
    with pytest.raises(ConfigError, match="there is no split 'dev'; choose one of train, validation, test, all"):
        evaluate("search", bundle=FakeBundle(), split="dev")
