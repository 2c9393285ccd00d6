"""Garments as the denoiser learns to be told them: the one that is worn, and those that words find in its place.

Neighbours are found by words, as they will be, and what is worn is never among them; it comes as a photo would that a
user gives. Some garments are drawn by lot, and weighted as such a hit would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from toile.bundles import Bundle
from toile.catalog.claims import claims_of, grammar_category
from toile.models.denoiser import attention_mask
from toile.models.garment_inversion import GarmentInversion
from toile.models.garment_words import garment_tokens, trust
from toile.models.protocols import WordTower
from toile.models.text_encoder import TextEncoder, TextStates
from toile.recipes.denoiser_data import DesignSource, names_of
from toile.recipes.worn import cut_from, worn_parts
from toile.taxonomy import GARMENT_PARTS
from toile.training.cache import Arrays, cached
from toile.training.config import Strict

_NEAREST: Final = 24  # hits of a wording that neighbours are drawn from
_CHUNK: Final = 256  # pictures read at once
_FILLER: Final = "clothing"  # for pseudo-words beyond the words
_ALIGNING_RATE: Final = 1e-3
_ALIGNED_ROWS: Final = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class GarmentMix(Strict):
    """How often a row is told of garments, and of which: shares in [0, 1], each drawn on its own."""

    share: float = 0.0
    """Rows that are told of garments; 0: the denoiser is trained without F_θ."""
    alone_share: float = 0.15
    """Of them, those that are told no words."""
    own_share: float = 0.4
    """Of their garments, those that are worn in the picture, where they are known."""
    random_share: float = 0.1
    """Garments drawn by lot; the rest are neighbours."""
    most: int = 3
    """Garments a row."""
    aligning_steps: int = 2000
    """Of F_θ from scratch, before the denoiser is there, see `ShownSource.align`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What the rows of a batch are told of garments, S a row."""

    tokens: Tensor
    """`(B * S, L, image_dim)`, what F_θ reads."""
    words: list[str]
    """`B * S`."""
    weights: Tensor
    """`(B, S)` in [0, 1]; 0: not told."""


class DenoiserWithGarments(nn.Module):
    """U-Net and F_θ as one network, so that either or both are trained."""

    def __init__(self, unet: UNet2DConditionModel, inversion: GarmentInversion) -> None:
        super().__init__()
        self.unet, self.inversion = unet, inversion

    def forward(
        self, sample: Tensor, timesteps: Tensor, words: TextStates, shown: Shown, tower: WordTower
    ) -> tuple[Tensor, ...]:
        """What the U-Net says of rows that are told words and garments."""
        pseudo_words = self.inversion(shown.tokens)
        read = tower.read_after(shown.words, pseudo_words).unflatten(0, shown.weights.shape).flatten(1, 2)
        weights = shown.weights.repeat_interleave(pseudo_words.shape[1], dim=1)
        said: tuple[Tensor, ...] = self.unet(
            sample,
            timesteps,
            encoder_hidden_states=torch.cat([words.tokens, read], dim=1),
            encoder_attention_mask=attention_mask(torch.cat([words.mask.float(), weights], dim=1)),
            return_dict=False,
        )
        return said


class ShownSource:
    """Draws the garments that people of a source are told with.

    Args:
        source: people, flat garments and their captions.
        bundle: whose encoders find and read garments.
        mix: how often, and which.
        cache: folder where the garments' embeddings are kept.
    """

    def __init__(self, source: DesignSource, bundle: Bundle, mix: GarmentMix, cache: Path) -> None:
        self.mix = mix
        people, garments = source.people, source.garments
        cuts = [(int(row), part) for row in source.photos for part in worn_parts(people.parts[row])]
        gallery = _Pictures(garments.images, people.images, people.parts, cuts)
        name = f"gallery-{bundle.encoder.fingerprint[:8]}-{bundle.unifashion_encoder.fingerprint[:8]}-{len(gallery)}"
        read = cached(cache / f"{name}.npz", lambda: _read(gallery, bundle))
        self.tokens, embeddings = read["tokens"], read["embeddings"].astype(np.float32)
        cut_words = [_part_words(people.captions[row], part) for row, part in cuts]
        self.words = [*(plain_words(captions) for captions in garments.captions), *cut_words]
        """What each garment of the gallery is called; empty where no words are known."""
        flat_of = {name: place for place, name in enumerate(garments.ids)}
        cut_of = {cut: len(garments) + place for place, cut in enumerate(cuts)}
        self.claims: dict[int, list[tuple[str, int | None]]] = {}
        """Of each person the garments that its words name, with the place in the gallery of the one that is worn."""
        for row, captions in enumerate(people.captions):
            brief, named = (
                source.briefs.get(row),
                [one for one in claims_of(names_of(captions)) if one.part in GARMENT_PARTS],
            )
            if brief is None:
                found = [(str(claim), cut_of.get((row, claim.part))) for claim in named]
            else:
                own = flat_of.get(people.ids[row])
                found = [(str(claim), own if grammar_category(claim) == brief.category else None) for claim in named]
            if found:
                self.claims[row] = found
        wordings = sorted({words for found in self.claims.values() for words, _ in found})
        self.near = _neighbours(wordings, embeddings, bundle)

    def draw(self, rows: Sequence[int], texts: Sequence[str], generator: torch.Generator) -> tuple[Shown, list[str]]:
        """What is told of garments to each of `rows`, and the words that are left beside them.

        Args:
            rows: of the people; -1: no person.
            texts: words of each; empty ones are for guidance, and half of them are told of no garment, either.
            generator: on the CPU.
        """
        mix = self.mix
        slots = 1 + int(torch.randint(mix.most, (), generator=generator))
        lots = torch.rand(len(rows), 3 + 3 * slots, generator=generator).tolist()
        places, words, weights, left = [], [], [], []
        for row, text, lot in zip(rows, texts, lots, strict=True):
            claims = self.claims.get(row, [])
            is_told = bool(claims) and lot[0] < mix.share * (1.0 if text else 0.5)
            left.append("" if is_told and lot[1] < mix.alone_share else text)
            number = 1 + int(lot[2] * slots)
            for slot in range(slots):
                if not is_told or slot >= number:
                    places.append(0)
                    words.append("")
                    weights.append(0.0)
                    continue
                place, wording, weight = self._garment(claims, lot[3 + 3 * slot : 6 + 3 * slot])
                places.append(place)
                words.append(wording)
                weights.append(weight)
        shown = Shown(
            tokens=torch.from_numpy(self.tokens[places]).float(),
            words=words,
            weights=torch.tensor(weights).unflatten(0, (len(rows), slots)),
        )
        return shown, left

    def align(self, inversion: GarmentInversion, tower: TextEncoder, *, steps: int, seed: int) -> None:
        """Teach F_θ to say in pseudo-words what a garment is called: before all else it makes words of pictures.

        From anywhere else the denoiser has to learn a new language and has no reason to: words are told, too. As in
        Pic2Word (Saito et al. 2023) pseudo-words start among the embeddings of words.

        Args:
            inversion: F_θ, on the CPU; changed.
            tower: whose word embeddings are hit.
            steps: of gradient descent.
            seed: of the garments that are drawn.
        """
        known = np.flatnonzero([words != "" for words in self.words])
        count = inversion.config.num_words
        filler = tower.tokenizer.token_to_id(_FILLER)
        ids = [tower.tokenizer.encode(self.words[place]).ids[1:-1][:count] for place in known]
        wanted = tower.words(torch.tensor([[*row, *[filler] * (count - len(row))] for row in ids])).detach()
        # Of a few hundred wordings some are a hundred times as frequent as others.
        names, which = np.unique([self.words[place] for place in known], return_inverse=True)
        rarity = 1 / np.sqrt(np.bincount(which, minlength=len(names)))[which]
        generator = torch.Generator().manual_seed(seed)
        optimizer = torch.optim.AdamW(inversion.parameters(), lr=_ALIGNING_RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _ALIGNING_RATE, total_steps=steps)
        inversion.train()
        for _ in range(steps):
            rows = torch.multinomial(torch.from_numpy(rarity), _ALIGNED_ROWS, replacement=True, generator=generator)
            said = inversion(torch.from_numpy(self.tokens[known[rows.numpy()]]).float())
            loss = F.mse_loss(said, wanted[rows]) / wanted.var()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()

    def _garment(self, claims: Sequence[tuple[str, int | None]], lot: Sequence[float]) -> tuple[int, str, float]:
        """Place in the gallery, words and weight of one garment, by three numbers in [0, 1)."""
        wording, own = claims[int(lot[0] * len(claims))]
        near = self.near[wording]
        if own is not None and lot[1] < self.mix.own_share:
            return own, wording, 1.0
        if lot[1] >= 1 - self.mix.random_share:
            place = int(lot[2] * len(self.tokens))
            return place, wording, near.trust_of(place)
        others = [place for place in near.places if place != own]
        place = others[int(lot[2] * len(others))]
        return place, wording, near.trust_of(place)


def plain_words(captions: Sequence[str]) -> str:
    """Colour and kind of a garment, of the first of its wordings that names both, or else the kind."""
    named = [claims[0] for caption in captions if (claims := claims_of(caption))]
    return str(next((claim for claim in named if claim.colour), named[0])) if named else ""


def _part_words(captions: Sequence[str], part: str) -> str:
    claims = claims_of(names_of(captions))
    return next((str(claim) for claim in claims if claim.part == part), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Near:
    """What a wording finds in the gallery."""

    places: tuple[int, ...]
    """The nearest, best first."""
    similarities: NDArray[np.float16]
    """Of all."""

    def trust_of(self, place: int) -> float:
        return trust(float(self.similarities[place]), best=float(self.similarities[self.places[0]]))


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Flat garments, then those cut from photos of people."""

    flats: NDArray[np.uint8]
    people: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    cuts: list[tuple[int, str]]

    def __len__(self) -> int:
        return len(self.flats) + len(self.cuts)

    def __getitem__(self, place: int) -> Image.Image:
        if place < len(self.flats):
            return Image.fromarray(self.flats[place])
        row, part = self.cuts[place - len(self.flats)]
        return Image.fromarray(cut_from(self.people[row], self.parts[row], part))


def _read(gallery: _Pictures, bundle: Bundle) -> Arrays:
    tokens, embeddings = [], []
    for start in range(0, len(gallery), _CHUNK):
        pictures = [gallery[place] for place in range(start, min(start + _CHUNK, len(gallery)))]
        tokens.append(garment_tokens(bundle.unifashion_encoder, pictures).half().numpy())
        embeddings.append(bundle.encoder.encode_images(pictures).astype(np.float16))
    return {"tokens": np.concatenate(tokens), "embeddings": np.concatenate(embeddings)}


def _neighbours(wordings: Sequence[str], embeddings: NDArray[np.float32], bundle: Bundle) -> dict[str, _Near]:
    similarities = (bundle.encoder.encode_texts(wordings) @ embeddings.T).astype(np.float16)
    nearest = np.argsort(-similarities, axis=1, kind="stable")[:, :_NEAREST]
    return {
        words: _Near(places=tuple(places.tolist()), similarities=row)
        for words, places, row in zip(wordings, nearest, similarities, strict=True)
    }
