import numpy as np
import pytest

from toile.metrics.ranking import hits_over_possible, macro_recall, precision_at_k, recall_at_k, top_k

# Two queries, four ranks. Query 0 finds 2 of its 2, query 1 finds 1 of its 8.
RANKED = np.array([[True, False, True, False], [False, True, False, False]])
NUM_RELEVANT = np.array([2, 8])


def test_precision_counts_the_first_k_slots():
    assert precision_at_k(RANKED, 2).tolist() == [1 / 2, 1 / 2]
    assert precision_at_k(RANKED, 4).tolist() == [2 / 4, 1 / 4]


def test_recall_divides_by_what_there_is_to_find():
    assert recall_at_k(RANKED, NUM_RELEVANT, 3).tolist() == [2 / 2, 1 / 8]


def test_hits_over_possible_divides_by_what_the_slots_could_hold():
    # 3 hits; query 0 could hold min(4, 2) = 2, query 1 min(4, 8) = 4.
    assert hits_over_possible(RANKED, NUM_RELEVANT, 4) == 3 / 6
    # first two slots: 1 + 1 hits of 2 + 2
    assert hits_over_possible(RANKED, NUM_RELEVANT, 2) == 2 / 4


def test_perfect_lists_reach_one_even_where_slots_stay_empty():
    assert hits_over_possible(np.array([[True, True, False, False]]), np.array([2]), 4) == 1.0


def test_macro_recall_weighs_classes_equally():
    # class 0: 3 of 4 right, class 1: 0 of 1, class 2: 1 of 1 -> (0.75 + 0 + 1) / 3; plain accuracy would be 4 / 6
    truth = np.array([0, 0, 0, 0, 1, 2])
    predicted = np.array([0, 0, 0, 1, 2, 2])
    assert macro_recall(truth, predicted) == pytest.approx(1.75 / 3)


def test_top_k_is_best_first_and_ties_go_to_the_lower_column():
    assert top_k(np.array([[0.1, 0.9, 0.5, 0.9]]), 3).tolist() == [[1, 3, 2]]


def test_more_slots_than_ranks_are_refused():
    with pytest.raises(ValueError, match="k is 5, expected 1 to 4"):
        precision_at_k(RANKED, 5)


@pytest.mark.parametrize("k", [0, -1])
def test_top_k_refuses_no_slots(k):
    with pytest.raises(ValueError, match="expected at least 1"):
        top_k(np.zeros((1, 3)), k)


def test_a_query_with_nothing_to_find_is_refused():
    with pytest.raises(ValueError, match="no relevant row"):
        recall_at_k(RANKED, np.array([2, 0]), 2)
