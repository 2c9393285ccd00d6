"""`toile demo`: the whole house in one run. Pictures in, an index, hits, designs, and one page that shows them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toile import __version__
from toile.catalog.sample import sample_path
from toile.culture.refining import refine
from toile.culture.slots import Wishes
from toile.errors import DataError, QueryError
from toile.pages import DemoFacts, DrawnBlock, FoundBlock, MadeBlock, SeenBlock, demo_page
from toile.pages.rendering import command
from toile.progress import Progress
from toile.tasks.design import design, save_designs, save_picture
from toile.tasks.edit import edit
from toile.tasks.garments import retrieve
from toile.tasks.index import IndexReport, index_catalog
from toile.tasks.look import look
from toile.tasks.query import Query
from toile.tasks.refine import as_recorded, drawable_of
from toile.tasks.search import search
from toile.tasks.try_on import try_on

if TYPE_CHECKING:
    from PIL import Image

    from toile.bundles import Bundle
    from toile.tasks.look import Look
    from toile.tasks.search import Hit

WORDS: Final = ("a red dress", "blue jeans", "a green hoodie", "black boots")
CHANGES: Final = ("in red", "in blue")
"""Words that join the query pictures."""
PROMPTS: Final = (
    "black leather jacket, white dress, brown boots",
    "navy blazer, white shirt, beige trousers",
    "red dress, black heels",
    "grey sweater, blue jeans, white shoes",
)
BRIEFS: Final = (
    "Korean bride in pink",
    "Nigerian wedding guest in emerald green",
    "Scottish groom",
    "kimno for a summer festival",
)
"""Short, one of them misspelt."""
_HITS: Final = 6
_LOOKS: Final = 3
_EDITED: Final = 2  # of the prompts
EDITS: Final = (("sleeve_length", "short"), ("collar", "v"), ("length", "knee"))
"""Attribute and value, one after the other."""
_TRY_ONS: Final = 2
_SEED: Final = 7
_DESIGNS: Final = 2  # a prompt: eight pictures at the slowest allowed 5 s leave half of the 90 s that a second run has


def run_demo(photos: Path | None, out: Path, bundle: Bundle, progress: Progress) -> Path:
    """Index, search, design, and write one self-contained page.

    Args:
        photos: what `toile index` reads; None: the bundled sample.
        out: folder for index, designs and page; made if missing. A second run goes on with the index it finds there.
        bundle: the models.
        progress: progress callback.

    Returns:
        The page.

    Raises:
        DataError: nothing in `photos` can be used.
    """
    start = time.perf_counter()
    source = sample_path() if photos is None else photos
    index_dir = out / "index" / _index_name(source, bundle)
    report = index_catalog(source, into=index_dir, bundle=bundle, progress=progress)
    by_words = _ask_words(index_dir, bundle, progress)
    chosen = _query_pictures(by_words)
    pictures = _save_pictures(chosen, out / "queries")
    by_picture = [_ask_picture(hit, path, None, index_dir, bundle) for hit, path in pictures]
    both = zip(pictures, CHANGES, strict=False)  # a source of one picture has one query picture
    by_both = [_ask_picture(hit, path, words, index_dir, bundle) for (hit, path), words in both]
    seen = _see(by_words, out, bundle, progress)
    drawn = _draw(out, bundle, progress)
    refined = _refine(out, bundle, progress)
    changed = _change(drawn, out, bundle, progress)
    with_garments = _draw_with(index_dir, out, bundle, progress)
    people = [block.image for block in seen if block.look.shows == "person"]
    people += [design.image for block in drawn for design in block.designs]
    dressed = _dress(people, by_words, out, bundle, progress)
    html = demo_page(
        _facts(photos, report, bundle, time.perf_counter() - start),
        by_words=by_words,
        by_picture=by_picture,
        by_both=by_both,
        seen=seen,
        drawn=drawn,
        refined=refined,
        changed=changed,
        with_garments=with_garments,
        dressed=dressed,
    )
    page = out / "demo.html"
    page.write_text(html, encoding="utf-8")
    return page


def _index_name(source: Path, bundle: Bundle) -> str:
    """One index a source and bundle: another sample or a new encoder must not meet an old index."""
    key = f"{source.resolve()}|{bundle.hash}"
    return f"{source.stem}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def _ask_words(index_dir: Path, bundle: Bundle, progress: Progress) -> list[FoundBlock]:
    blocks = []
    for number, words in enumerate(WORDS):
        progress("searching", number + 1, len(WORDS))
        blocks.append(
            FoundBlock(
                text=words,
                image=None,
                command=command("toile", "search", words, "--index", str(index_dir), "--k", str(_HITS)),
                result=search(index_dir, Query(text=words), bundle=bundle, k=_HITS),
            )
        )
    return blocks


def _query_pictures(blocks: Sequence[FoundBlock]) -> list[Hit]:
    """The best hits of the last searches: they come from the index itself, and the same index gives the same ones."""
    best = {block.result.hits[0].id: block.result.hits[0] for block in reversed(blocks)}
    return list(best.values())[: len(CHANGES)]


def _save_pictures(hits: Sequence[Hit], folder: Path) -> list[tuple[Hit, Path]]:
    """The query pictures as files, so that the page's command lines can be tried."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for number, hit in enumerate(hits):
        path = folder / f"{number}.png"
        hit.record.picture().save(path)
        saved.append((hit, path))
    return saved


def _ask_picture(hit: Hit, path: Path, words: str | None, index_dir: Path, bundle: Bundle) -> FoundBlock:
    image = hit.record.picture()
    quoted = hit.id.replace("'", "''")
    others = f"id != '{quoted}'"
    asked = ("toile", "search", *((words,) if words else ()), "--image", str(path), "--where", others)
    return FoundBlock(
        text=words,
        image=image,
        command=command(*asked, "--index", str(index_dir), "--k", str(_HITS)),
        result=search(index_dir, Query(text=words, images=(image,)), bundle=bundle, where=others, k=_HITS),
    )


def _see(blocks: Sequence[FoundBlock], out: Path, bundle: Bundle, progress: Progress) -> list[SeenBlock]:
    """What is seen in the first person among the hits of each search; where none shows a person, in the best hit."""
    seen: dict[str, tuple[Hit, Look]] = {}
    for number, block in enumerate(blocks[:_LOOKS]):
        progress("looking", number, _LOOKS)
        looked: list[tuple[Hit, Look]] = []
        for hit in block.result.hits:
            if hit.id not in seen:
                looked.append((hit, look(hit.record.picture(), bundle=bundle)))
                if looked[-1][1].shows == "person":
                    break
        # The person that ended the search, or the best hit.
        chosen = looked[-1:] if looked and looked[-1][1].shows == "person" else looked[:1]
        seen |= {hit.id: (hit, found) for hit, found in chosen}
    files = _save_pictures([hit for hit, _ in seen.values()], out / "looks")
    return [
        SeenBlock(image=hit.record.picture(), look=seen[hit.id][1], command=command("toile", "look", str(path)))
        for hit, path in files
    ]


def _draw(out: Path, bundle: Bundle, progress: Progress) -> list[DrawnBlock]:
    blocks = []
    progress("drawing", 0, len(PROMPTS))
    _ = bundle.generator  # loading the weights is no part of the time a picture takes
    for number, prompt in enumerate(PROMPTS):
        start = time.perf_counter()
        designs = design(prompt, bundle=bundle, n=_DESIGNS, seed=_SEED)
        seconds = time.perf_counter() - start
        save_designs(designs, out / "designs" / f"{number}")
        asked = ("toile", "design", prompt, "--n", str(_DESIGNS), "--seed", str(_SEED))
        blocks.append(DrawnBlock(prompt=prompt, command=command(*asked), designs=designs, seconds=seconds))
        progress("drawing", number + 1, len(PROMPTS))
    return blocks


def _refine(out: Path, bundle: Bundle, progress: Progress) -> list[MadeBlock]:
    """Short briefs, refined by the records and drawn."""
    made: list[MadeBlock] = []
    for number, brief in enumerate(BRIEFS):
        progress("drawing from briefs", number, len(BRIEFS))
        refined = refine(brief, Wishes(seed=_SEED))
        drawable = drawable_of(refined)
        (drawn,) = design(
            drawable.words,
            bundle=bundle,
            concepts=drawable.concepts,
            attributes=drawable.attributes,
            refined=as_recorded(refined),
            seed=_SEED,
        )
        save_designs([drawn], out / "briefs")
        asked = ("toile", "design", brief, "--refine", "--seed", str(_SEED))
        pictures = [(drawn.image, drawn.recipe, f"“{brief}”: {refined.prompt_short}")]
        made.append(MadeBlock(pictures=pictures, command=command(*asked)))
    progress("drawing from briefs", len(BRIEFS), len(BRIEFS))
    return made


def _change(blocks: Sequence[DrawnBlock], out: Path, bundle: Bundle, progress: Progress) -> list[MadeBlock]:
    """A chain of edits of one design; what its reader sees no place for is passed over."""
    block = blocks[_EDITED]
    image, recipe = block.designs[0].image, block.designs[0].recipe
    pictures, command_line = [(image, recipe, block.prompt)], ""
    path = out / "edits" / "0.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(image, recipe, path)
    for number, (attribute, to) in enumerate(EDITS, start=1):
        progress("editing", number - 1, len(EDITS))
        try:
            edited = edit(image, to, bundle=bundle, attribute=attribute, seed=_SEED, parent=recipe)
        except DataError:
            continue
        command_line = command("toile", "edit", str(path), "--attribute", attribute, "--to", to, "--seed", str(_SEED))
        image, recipe, path = edited.image, edited.recipe, path.with_name(f"{number}.png")
        save_picture(image, recipe, path)
        pictures.append((image, recipe, f"{attribute.replace('_', ' ')}: {to}"))
    progress("editing", len(EDITS), len(EDITS))
    return [MadeBlock(pictures=pictures, command=command_line)] if len(pictures) > 1 else []


def _draw_with(index_dir: Path, out: Path, bundle: Bundle, progress: Progress) -> list[MadeBlock]:
    """Designs with the garments that their words find in the index, if it holds any."""
    made: list[MadeBlock] = []
    for number, prompt in enumerate(PROMPTS):
        progress("drawing with garments", number, len(PROMPTS))
        try:
            garments = retrieve(prompt, 1, index_dir=index_dir, bundle=bundle).garments
        except QueryError:  # a source of fewer pictures
            continue
        if not garments:
            continue
        (drawn,) = design(prompt, bundle=bundle, garments=garments, seed=_SEED)
        save_designs([drawn], out / "with-garments")
        pictures = [(one.picture, None, one.words) for one in garments]
        asked = ("toile", "design", prompt, "--retrieve", "1", "--index", str(index_dir), "--seed", str(_SEED))
        made.append(MadeBlock(pictures=[*pictures, (drawn.image, drawn.recipe, prompt)], command=command(*asked)))
    progress("drawing with garments", len(PROMPTS), len(PROMPTS))
    return made


def _dress(
    people: Sequence[Image.Image], found: Sequence[FoundBlock], out: Path, bundle: Bundle, progress: Progress
) -> list[MadeBlock]:
    """People in the first garments that were found and can be put on them."""
    folder = out / "try-ons"
    folder.mkdir(parents=True, exist_ok=True)
    made: list[MadeBlock] = []
    best = [hit for rank in range(2) for block in found for hit in block.result.hits[rank : rank + 1]]
    for person, hit in product(people, best):
        if len(made) == _TRY_ONS:
            break
        progress("trying on", len(made), _TRY_ONS)
        garment = hit.record.picture()
        if garment.tobytes() == person.tobytes():
            continue
        try:
            tried = try_on(person, [garment], bundle=bundle, seed=_SEED)
        except (DataError, QueryError):
            continue
        path, worn_by = folder / f"garment-{len(made)}.png", folder / f"person-{len(made)}.png"
        garment.save(path)
        person.save(worn_by)
        save_picture(tried.image, tried.recipe, folder / f"{len(made)}.png")
        pictures = [
            (person, None, "person"),
            (garment, None, "garment"),
            (tried.image, tried.recipe, tried.garments[0]),
        ]
        asked = ("toile", "try-on", str(worn_by), str(path), "--seed", str(_SEED))
        made.append(MadeBlock(pictures=pictures, command=command(*asked)))
    return made


def _facts(photos: Path | None, report: IndexReport, bundle: Bundle, seconds: float) -> DemoFacts:
    return DemoFacts(
        source="the bundled sample" if photos is None else photos.name,
        records=report.total,
        rejected=report.rejected,
        added=report.added,
        index_seconds=report.seconds,
        pictures_per_s=report.pictures_per_s,
        total_seconds=seconds,
        bundle=f"{bundle.name} {bundle.hash[:8]}",
        version=__version__,
        cores=os.cpu_count() or 1,
    )
