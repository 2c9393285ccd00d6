"""The Python façade: one object that holds a bundle and an index, with the verbs as methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toile.errors import ConfigError
from toile.progress import Progress, no_progress

# What the verbs need is imported by the verb that is called: a search loads no diffusion, a drawing no index.
if TYPE_CHECKING:
    from PIL import Image

    from toile.bundles import Bundle
    from toile.catalog.filtering.settings import FilterSettings
    from toile.tasks.caption import Caption
    from toile.tasks.design import Design
    from toile.tasks.filter import FilterReport
    from toile.tasks.index import IndexReport
    from toile.tasks.look import Look
    from toile.tasks.search import SearchResult


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
        self, source: Path | str, *, update: bool = False, batch_size: int = 64, progress: Progress = no_progress
    ) -> IndexReport:
        """Put the pictures of a source into the index; made if missing.

        Args:
            source: folder of pictures, CSV, JSONL or parquet manifest, imagefolder, or shards `a-{000..9}.tar`.
            update: embed known records again whose picture or manifest row has changed; else they stay as they are.
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
        image: Image.Image | Path | str | None = None,
        text_weight: float = 0.5,
        where: str | None = None,
        k: int = 10,
        hybrid: bool = False,
        facets: Sequence[str] = (),
    ) -> SearchResult:
        """The `k` records nearest to words, to a picture, or to both.

        Args:
            text: the words.
            image: the picture, or the path of one.
            text_weight: share of the words in [0, 1] when both are given.
            where: SQL condition on the records' columns, e.g. `category = 'dress' and kids = false`.
            k: how many.
            hybrid: fuse with full-text search over captions.
            facets: columns whose values are counted.

        Raises:
            QueryError: nothing to search for, `k` below 1, unknown column.
            RetrievalIndexError: no index there, or made by another encoder.
        """
        from toile.tasks.search import search

        return search(
            self._need_index(),
            bundle=self.bundle,
            text=text,
            image=None if image is None else _picture(image),
            text_weight=text_weight,
            where=where,
            k=k,
            hybrid=hybrid,
            facets=facets,
        )

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

    def design(
        self,
        prompt: str,
        *,
        n: int = 1,
        seed: int = 0,
        steps: int = 20,
        guidance_scale: float = 3.0,
        pose: str = "any",
        sampler: str = "dpm-sde",
        progress: Progress = no_progress,
    ) -> list[Design]:
        """Draw `n` pictures from words; picture `i` has seed `seed + i` and is the same however many are drawn with it.

        Raises:
            QueryError: empty prompt, or longer than the text tower's window; unknown pose.
        """
        from toile.tasks.design import design

        return design(
            prompt,
            bundle=self.bundle,
            n=n,
            seed=seed,
            steps=steps,
            guidance_scale=guidance_scale,
            pose=pose,
            sampler=sampler,
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

    def replay(self, path: Path | str) -> bytes:
        """The bytes of a PNG made again from the recipe inside it.

        Raises:
            DataError: no picture there, or no recipe in it.
            CheckpointError: another bundle made it.
        """
        from toile.tasks.replay import replay

        return replay(Path(path), bundle=self.bundle)

    def _need_index(self) -> Path:
        if self.index_dir is None:
            raise ConfigError("no index was named; say toile.load(index='DIR') with the folder that holds it or will")
        return self.index_dir


def _picture(image: Image.Image | Path | str) -> Image.Image:
    from toile.catalog.images import read_image

    return read_image(Path(image)) if isinstance(image, Path | str) else image
