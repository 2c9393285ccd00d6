"""The last step of training the reader of people: how readily each part is named.

A loss that listens to glasses as much as to coats makes a network name rare parts too readily. An offset to each part's
logit, chosen on validation photos, mends that without training; it goes into the bias of the last convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from toile.catalog.photos import PART_OF_LABEL, StreetPhoto
from toile.metrics.people import confusion, intersection_over_union
from toile.models.figure_net import FigureNet
from toile.models.figure_reader import FigureReader
from toile.taxonomy import PARTS

_STRIDE: Final = 2  # pixels of the network's picture; its logits are no finer
_CHANGES: Final = (-0.8, -0.4, -0.2, 0.2, 0.4, 0.8)
_ROUNDS: Final = 2
_SHUFFLED: Final = 4  # channels of the last convolution that become one part's pixels


def balance_parts(net: FigureNet, photos: Sequence[StreetPhoto]) -> NDArray[np.float64]:
    """Move the last bias of the network by `best_offsets` on the photos; returns them, one a part.

    Args:
        net: trained; changed in place.
        photos: with label maps, from the validation split.

    Raises:
        ValueError: a photo has no label map, or the network doesn't end with its parts' convolution.
    """
    offsets = best_offsets([_shares_and_truth(net, photo) for photo in photos])
    last = net.parts[1]
    if not isinstance(last, nn.Conv2d) or last.bias is None:
        raise ValueError(f"the parts end with {last}, expected a convolution with a bias")
    with torch.no_grad():
        last.bias += torch.from_numpy(offsets).to(last.bias).repeat_interleave(_SHUFFLED)
    return offsets


def best_offsets(rows: Sequence[tuple[NDArray[np.float32], NDArray[np.uint8]]]) -> NDArray[np.float64]:
    """What to add to each part's logit: part by part what raises mean IoU of the parts plus mean IoU of the person.

    Args:
        rows: of each photo log probabilities `(C, h, w)` and true parts `(h, w)`.
    """
    offsets = np.zeros(len(PARTS))
    best = _score(rows, offsets)
    for _ in range(_ROUNDS):
        for part in range(len(PARTS)):
            for change in _CHANGES:
                tried = offsets.copy()
                tried[part] += change
                score = _score(rows, tried)
                if score > best:
                    best, offsets = score, tried
    return offsets


def _shares_and_truth(net: FigureNet, photo: StreetPhoto) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Log probabilities `(C, h, w)` within the person's box, and the true parts there `(h, w)`."""
    if photo.labels is None:
        raise ValueError(f"{photo.id} has no label map")
    (fit,), parts, _ = FigureReader(net).look_closely([photo.image])
    rows, columns = fit.inner
    shares = parts[0][:, rows, columns][:, ::_STRIDE, ::_STRIDE].clamp(min=1e-6).log().numpy()
    left, top, right, bottom = fit.box
    truth = PART_OF_LABEL[photo.labels][top:bottom, left:right]
    small = cv2.resize(truth, shares.shape[:0:-1], interpolation=cv2.INTER_NEAREST)
    return shares, small.astype(np.uint8)


def _score(rows: Sequence[tuple[NDArray[np.float32], NDArray[np.uint8]]], offsets: NDArray[np.float64]) -> float:
    counts, person = np.zeros((len(PARTS), len(PARTS)), np.int64), []
    for shares, truth in rows:
        guess = (shares + offsets.astype(np.float32)[:, None, None]).argmax(0)
        counts += confusion(truth, guess, len(PARTS))
        person.append(((truth > 0) & (guess > 0)).sum() / max(1, ((truth > 0) | (guess > 0)).sum()))
    return float(np.nanmean(intersection_over_union(counts)) + np.mean(person))
