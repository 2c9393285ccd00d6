"""The culture benchmark: the stored briefs, its arithmetic, and pictures at the smallest size."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from toile.bundles import load_bundle
from toile.culture.knowledge import knowledge
from toile.culture.refining import refine
from toile.evaluation import culture, culture_pictures
from toile.evaluation.culture import CultureSizes, GoldBrief, brief_split, evaluate_culture, gold_briefs
from toile.progress import no_progress


def judged(brief: str, **gold: object) -> dict[str, float]:
    return culture._judged(GoldBrief(id="x", brief=brief, **{"stratum": "named", "slots": {}, **gold}), refine(brief))


def test_the_stored_briefs_are_whole():
    briefs = gold_briefs()
    assert len({gold.id for gold in briefs}) == len(briefs) >= 300
    assert {key for gold in briefs for key in (*gold.garments, *gold.restricted)} <= set(knowledge())
    assert all(word in gold.brief for gold in briefs for word in gold.keep)
    strata = Counter(gold.stratum for gold in briefs)
    assert min(strata.values()) >= 20
    assert Counter(map(brief_split, briefs))["test"] >= 300


def test_a_hit_is_the_first_candidate():
    assert judged("kimono", garments=("kimono",))["named_hit_at_1"] == 1
    assert judged("kimono", garments=("hanbok",))["named_hit_at_1"] == 0
    assert judged("kimono and kilt", garments=("kimono", "kilt"), all=True, stratum="fusion")["fusion_hit_at_1"] == 1


def test_words_to_keep_are_looked_for_in_the_short_prompt():
    assert judged("green kimono, rain", garments=("kimono",), keep=("green", "rain"))["intent_retention"] == 1
    assert judged("green kimono, rain", garments=("kimono",), keep=("green", "snow"))["intent_retention"] == 0.5


def test_slots_are_compared_word_by_word():
    assert judged("green silk kimono", slots={"colour": ["green"], "material": ["silk"]})["slot_f1"] == 1
    assert judged("green silk kimono", slots={"colour": ["green"]})["slot_f1"] == pytest.approx(2 / 3)


def test_what_is_made_up_and_passes_is_a_hallucination():
    honest = refine("kimono")
    lies = culture.inventions(knowledge()["kimono"], honest.brief)
    assert culture._truth(honest)["invented_survived"] == 0
    lying = replace(honest, prompt=", ".join([honest.prompt, *lies]))
    told = culture._truth(lying)
    assert told["invented_survived"] == 1
    assert told["hallucination"] > 0.2


def test_notes_of_restricted_garments_are_looked_for():
    assert judged("war bonnet", restricted=("war-bonnet",))["restricted_note_recall"] == 1


def test_traps_and_everyday_clothes():
    assert judged("a traditional zorvak", unknown=True, stratum="trap")["trap_refusal"] == 1
    assert judged("a kimono", unknown=True, stratum="trap")["trap_refusal"] == 0
    assert judged("red summer dress", stratum="generic")["generic_left_alone"] == 1


def test_all_tiers_are_measured(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch):
    few = [gold for gold in gold_briefs() if gold.stratum in ("named", "trap", "restricted", "description")][::20]
    monkeypatch.setattr(culture, "gold_briefs", lambda: few)
    report = evaluate_culture(load_bundle(tiny_bundle), None, no_progress)
    assert report.n == len(few)
    assert report.figures["strict_hallucination_rate"] == 0
    assert {f"tier{tier}_mrr" for tier in range(3)} <= set(report.figures)


@pytest.mark.usefixtures("drawing")
def test_pictures_are_drawn_and_judged(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch):
    some = dict(list(culture_pictures.TRADITIONS.items())[:9])
    monkeypatch.setattr(culture_pictures, "TRADITIONS", some)
    monkeypatch.setattr(culture_pictures, "TAUGHT", 1)
    monkeypatch.setattr(culture_pictures, "EACH", 1)
    culture_pictures._plates.cache_clear()
    for refined in (False, True):
        sizes = CultureSizes(briefs=False, pictures=9, refined=refined, steps=1)
        report = evaluate_culture(load_bundle(tiny_bundle), "test", no_progress, sizes=sizes)
        assert 0 <= report.figures["garment_at_1"] <= 1
        assert report.figures["picture_vendi"] >= 1
        assert report.sheets["culture"].width > 0
    culture_pictures._plates.cache_clear()
