"""The Python façade: one object that holds a bundle and an index, with the verbs as methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from toile.errors import ConfigError
from toile.progress import Progress, no_progress

# What the verbs need is imported by the verb that is called: a search loads no diffusion, a drawing no index.
if TYPE_CHECKING:
    from PIL import Image

    from toile.bundles import Bundle
    from toile.catalog.filtering.settings import FilterSettings
    from toile.culture.chat import LanguageModel
    from toile.culture.refining import Refined
    from toile.diffusion.windows import Start
    from toile.tasks.caption import Caption
    from toile.tasks.design import Design, Joints
    from toile.tasks.drawing import Settings
    from toile.tasks.edit import Edit
    from toile.tasks.filter import FilterReport
    from toile.tasks.garments import ReferenceGarment
    from toile.tasks.index import IndexReport
    from toile.tasks.look import Look
    from toile.tasks.query import EncoderName
    from toile.tasks.search import SearchResult
    from toile.tasks.try_on import ShownAs, TryOn

    Picture = Image.Image | Path | str


@dataclass(frozen=True, slots=True)
class Studio:
    """The verbs on one bundle and, where they need one, one index.

    Attributes:
        bundle: the models.
        index_dir: folder of the index; None if only verbs that need none will be called.
    """

    bundle: Bundle
    index_dir: Path | None = None

    @classmethod
    def load(cls, bundle: Path | str | None = None, index: Path | str | None = None, *, device: str = "cpu") -> Studio:
        """Open a bundle; see `toile.load`."""
        from toile.bundles import load_bundle

        opened = load_bundle(None if bundle is None else Path(bundle), device=device)
        return cls(opened, None if index is None else Path(index))

    def index(
        self,
        source: Path | str,
        *,
        update: bool = False,
        multimodal: bool = False,
        captions: bool = False,
        batch_size: int = 64,
        progress: Progress = no_progress,
    ) -> IndexReport:
        """Put the pictures of a source into the index; made if missing.

        Args:
            source: folder of pictures, CSV, JSONL or parquet manifest, imagefolder, or shards `a-{000..9}.tar`.
            update: embed known records again whose picture or manifest row has changed; else they stay as they are.
            multimodal: also store what the multimodal encoder makes of pictures and captions, for better answers to a
                picture with words.
            captions: write captions for pictures that come without.
            batch_size: pictures encoded at once.
            progress: watcher.

        Raises:
            DataError: nothing in the source can be used.
            RetrievalIndexError: another process writes, or the index was made by another encoder.
        """
        from toile.tasks.index import index_catalog

        return index_catalog(
            source,
            into=self._need_index(),
            bundle=self.bundle,
            update=update,
            multimodal=multimodal,
            captions=captions,
            batch_size=batch_size,
            progress=progress,
        )

    def delete(self, ids: Sequence[str]) -> int:
        """Take records out of the index by id; returns how many were there."""
        from toile.tasks.index import delete_records

        return delete_records(self._need_index(), ids)

    def search(
        self,
        text: str | None = None,
        *,
        image: Picture | Sequence[Picture] | None = None,
        without: str | None = None,
        text_weight: float | None = None,
        encoder: EncoderName | None = None,
        hits: Literal["pictures", "captions"] = "pictures",
        caption_weight: float = 0.0,
        rerank: int = 0,
        hybrid: bool = False,
        where: str | None = None,
        k: int = 10,
        facets: Sequence[str] = (),
    ) -> SearchResult:
        """The `k` records nearest to words, to pictures, or to both.

        Args:
            text: the words; beside a picture, what to change about it.
            image: the picture, or its path; or several of which what they have in common counts.
            without: words for what is not wanted.
            text_weight: share of the words in [0, 1] where the first encoder adds them to a picture; None: half.
            encoder: `first` or `multimodal`; None: the latter for a picture with words, if the index has it.
            hits: `captions` finds words for a picture.
            caption_weight: how much captions count beside pictures; multimodal only.
            rerank: so many best hits are ordered once more by the matching head; multimodal only.
            hybrid: fuse with full-text search over captions.
            where: SQL condition on the records' columns, e.g. `category = 'dress' and kids = false`.
            k: how many.
            facets: columns whose values are counted.

        Raises:
            QueryError: nothing to search for, `k` below 1, unknown column, a change that contradicts itself.
            RetrievalIndexError: no index there, or made by another encoder.
        """
        from toile.tasks.query import Query
        from toile.tasks.search import search

        query = Query(
            text=text,
            images=tuple(_picture(one) for one in _pictures(image)),
            without=without,
            text_weight=text_weight,
            encoder=encoder,
            hits=hits,
            caption_weight=caption_weight,
            rerank=rerank,
            hybrid=hybrid,
        )
        return search(self._need_index(), query, bundle=self.bundle, where=where, k=k, facets=facets)

    def look(self, image: Image.Image | Path | str) -> Look:
        """What is seen in a photo of a person, or of one garment: parts, joints, colours.

        Raises:
            DataError: not a picture, or too small.
        """
        from toile.tasks.look import look

        return look(_picture(image), bundle=self.bundle)

    def caption(self, image: Image.Image | Path | str, *, style: str = "title") -> Caption:
        """A picture in words, each claim held against what is seen.

        Args:
            image: RGB picture, or the path of one.
            style: `title`, `copy`, `attributes` or `hierarchical`.

        Raises:
            QueryError: no such style.
            DataError: the picture can't be read, is too small or empty, or shows no garment.
        """
        from toile.tasks.caption import caption

        return caption(_picture(image), style=style, bundle=self.bundle)

    def refine(
        self,
        brief: str,
        *,
        culture: str | None = None,
        occasion: str | None = None,
        lock: Mapping[str, str] | None = None,
        tradition: float = 0.5,
        seed: int = 0,
        model: LanguageModel | None = None,
        policy: str = "strict",
        allow_restricted: str | None = None,
    ) -> Refined:
        """Turn a short brief into a full one whose every cultural statement has its source.

        Args:
            brief: one to 300 words.
            culture: people, country or region, where the brief doesn't say.
            occasion: what it is worn for.
            lock: fields that are to stay as they are given: `{"colour": "green"}`.
            tradition: 0: no more than the outline; 1: all that is known.
            seed: another seed chooses otherwise where several would do.
            model: a language model that chooses among records and words them; see `culture.chat`.
            policy: what becomes of its words that no record stands for.
            allow_restricted: why a restricted garment is to be shown.

        Raises:
            QueryError: the brief is empty or too long, or something in it or beside it is unknown.
        """
        from toile.tasks.refine import refiner, wishes_of

        wishes = wishes_of(
            culture=culture,
            occasion=occasion,
            lock=lock,
            tradition=tradition,
            seed=seed,
            allow_restricted=allow_restricted,
        )
        return refiner(model=model, policy=policy)(brief, wishes)

    def design(
        self,
        prompt: str,
        *,
        concepts: Sequence[str] = (),
        attributes: Mapping[str, str] | None = None,
        order: str = "area",
        schedule: str = "hierarchical",
        pose: Picture | Joints = "any",
        sketch: Picture | None = None,
        garments: Sequence[Picture] = (),
        retrieve: int = 0,
        refine: bool | Refined = False,
        n: int = 1,
        seed: int = 0,
        settings: Settings | None = None,
        progress: Progress = no_progress,
    ) -> list[Design]:
        """Draw `n` pictures of a brief; picture `i` has seed `seed + i` and is the same however many are drawn with it.

        Args:
            prompt: garments with their colours, from the head down.
            concepts: style, occasion and the like.
            attributes: sleeve_length, collar and the like of the first garment, name to value.
            order: which attribute is told first.
            schedule: `hierarchical` or `flat`.
            pose: by name; or a picture of somebody, or its path, whose pose is taken; or joints.
            sketch: dark lines on light paper, or the path of them.
            garments: pictures of garments to draw with.
            retrieve: so many more for each garment that the prompt names, found in the index.
            refine: read the prompt as a brief and refine it first, see `refine`; or a brief that was refined already.
            n: how many.
            seed: of the first.
            settings: steps, guidance, sampler.
            progress: watcher.

        Raises:
            QueryError: empty prompt, or longer than the text tower's window; unknown word; more garments are asked
                for than there are.
            DataError: no person is seen in the picture of the pose, no lines in the sketch, or no garment in a picture.
            RetrievalIndexError: no index there, or made by another encoder.
        """
        from dataclasses import replace

        from toile.tasks.design import design, pose_of

        if isinstance(pose, str) and Path(pose).is_file():
            pose = Path(pose)
        if not isinstance(pose, str | Sequence):
            pose = pose_of(_picture(pose), bundle=self.bundle)
        recorded, said = None, list[str]()
        if refine:
            from toile.tasks.refine import as_recorded, drawable_of

            made = self.refine(prompt, seed=seed) if refine is True else refine
            drawable, recorded = drawable_of(made), as_recorded(made)
            prompt, concepts = drawable.words, [*concepts, *drawable.concepts]
            attributes = {**drawable.attributes, **(attributes or {})}
            said = [f"drawn as: {prompt}", *made.warnings, *made.notices]
        known, notes = self._garments(garments, retrieve, prompt)
        designs = design(
            prompt,
            bundle=self.bundle,
            concepts=concepts,
            attributes=attributes,
            order=order,
            schedule=schedule,
            pose=pose,
            sketch=None if sketch is None else _picture(sketch),
            garments=known,
            refined=recorded,
            n=n,
            seed=seed,
            settings=settings,
            progress=progress,
        )
        return [replace(drawn, notes=(*said, *notes)) for drawn in designs]

    def edit(
        self,
        image: Picture,
        to: str,
        *,
        attribute: str | None = None,
        mask: Picture | None = None,
        start: Start = "substage",
        garments: Sequence[Picture] = (),
        retrieve: int = 0,
        exclude_self: bool = False,
        seed: int = 0,
        settings: Settings | None = None,
        progress: Progress = no_progress,
    ) -> Edit:
        """Draw one thing about a garment anew and leave every other pixel as it is.

        Args:
            image: RGB picture, or the path of one; a PNG that toile made brings its own words.
            to: what it shall become: `puffed`, `puff sleeves`, `a stand collar`.
            attribute: length, sleeve_length, sleeve_type, collar, hem or sleeves; None: what the words speak of.
            mask: white where it may change; None: where the attribute shows.
            start: where the edit of an attribute begins.
            garments: pictures of garments to draw with.
            retrieve: so many more for each garment that `to` names, found in the index.
            exclude_self: whether copies of the picture in the index don't count.
            seed: of the noise.
            settings: steps, guidance, sampler.
            progress: watcher.

        Raises:
            QueryError: it isn't said what to change, or into what; more garments are asked for than there are.
            DataError: nothing to change is seen, the mask is unusable, or no garment is in a picture.
            RetrievalIndexError: no index there, or made by another encoder.
        """
        from dataclasses import replace

        from toile.recipe import recipe_in
        from toile.tasks.edit import edit

        known, notes = self._garments(garments, retrieve, to, unlike=_picture(image) if exclude_self else None)
        edited = edit(
            _picture(image),
            to,
            bundle=self.bundle,
            attribute=attribute,
            mask=None if mask is None else _picture(mask),
            start=start,
            garments=known,
            seed=seed,
            settings=settings,
            parent=None if not isinstance(image, (str, Path)) else recipe_in(Path(image)),
            progress=progress,
        )
        return replace(edited, notes=(*edited.notes, *notes))

    def try_on(
        self,
        person: Picture,
        garments: Sequence[Picture],
        *,
        seed: int = 0,
        best_of: int = 1,
        shown_as: ShownAs = "pixels",
        settings: Settings | None = None,
        progress: Progress = no_progress,
    ) -> TryOn:
        """Dress a person in garments, and leave face, hands, background and all other garments as they are.

        Args:
            person: RGB picture of one person, or the path of one.
            garments: one to three pictures: of a garment laid flat or hung, or of somebody who wears it.
            seed: of the noise.
            best_of: pictures, of which the one that shows the garments best is given.
            shown_as: `pixels` beside the person, `words` that are made of them, or `both`.
            settings: steps, guidance, sampler.
            progress: watcher.

        Raises:
            QueryError: no garment, too many, or two for one place of the body.
            DataError: nobody is seen, or too little of them; or a picture holds no garment that can be worn.
        """
        from toile.tasks.try_on import try_on

        return try_on(
            _picture(person),
            [_picture(garment) for garment in garments],
            bundle=self.bundle,
            seed=seed,
            best_of=best_of,
            shown_as=shown_as,
            settings=settings,
            progress=progress,
        )

    def filter(
        self,
        source: Path | str,
        out: Path | str,
        settings: FilterSettings | None = None,
        *,
        progress: Progress = no_progress,
    ) -> FilterReport:
        """Keep the pairs of picture and words of a source that are worth learning from.

        Args:
            source: as for `index`.
            out: new folder for the kept rows, the audit of all rows and the report.
            settings: rules, score, domains; None: the defaults.
            progress: watcher.

        Raises:
            DataError: nothing in the source can be read, or the folder is there already.
            ConfigError: the settings don't fit the source.
        """
        from toile.pages import filter_page
        from toile.tasks.filter import filter_source

        return filter_source(
            source, out=Path(out), bundle=self.bundle, page=filter_page, settings=settings, progress=progress
        )

    def replay(self, path: Path | str, *, parents: Sequence[Picture] = ()) -> bytes:
        """The bytes of a PNG made again from the recipe inside it.

        Args:
            path: a PNG that toile made.
            parents: the pictures that it was made of: what was edited, its mask, a sketch.

        Raises:
            DataError: no picture there, or no recipe in it, or a parent is missing.
            CheckpointError: another bundle made it.
        """
        from toile.tasks.replay import replay

        pictures = [_picture(parent) for parent in parents]
        return replay(Path(path), bundle=self.bundle, parents=pictures, index_dir=self.index_dir)

    def _garments(
        self, given: Sequence[Picture], retrieve: int, words: str, unlike: Image.Image | None = None
    ) -> tuple[tuple[ReferenceGarment, ...], tuple[str, ...]]:
        """The garments that a user gives and those that words find; and what a user should know of these."""
        if not given and not retrieve:
            return (), ()
        from toile.tasks.garments import given_garments
        from toile.tasks.garments import retrieve as find

        known = given_garments([_picture(one) for one in given], self.bundle)
        if not retrieve:
            return known.garments, known.notes
        found = find(words, retrieve, index_dir=self._need_index(), bundle=self.bundle, unlike=unlike)
        return (*known.garments, *found.garments), (*known.notes, *found.notes)

    def _need_index(self) -> Path:
        if self.index_dir is None:
            raise ConfigError(
                "no index was named; give the folder that holds it or will: --index DIR, or toile.load(index='DIR')"
            )
        return self.index_dir


def _picture(image: Picture) -> Image.Image:
    from toile.catalog.images import read_image

    return read_image(Path(image)) if isinstance(image, Path | str) else image


def _pictures(image: Picture | Sequence[Picture] | None) -> Sequence[Picture]:
    if image is None:
        return ()
    return image if isinstance(image, Sequence) and not isinstance(image, str) else (image,)
