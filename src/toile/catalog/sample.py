"""The sample that comes with the package, so that every verb has something to work on at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from toile.catalog.packed import IMAGE_TYPE, webp_image

SAMPLE_SCHEMA: Final = pa.schema(
    [
        ("image_id", pa.string()),
        ("image", IMAGE_TYPE),
        ("label", pa.string()),
        ("kids", pa.bool_()),
        ("caption", pa.string()),
        ("colour", pa.string()),
        ("culture", pa.string()),
        ("kind", pa.string()),
        ("licence", pa.string()),
    ]
)
WORLD_SEED: Final = 20261121
"""Of the sample's plates; training and evaluation draw theirs with other seeds."""
NUM_LOOKS: Final = 60
# How many pictures of each category: a small shop that has a bit of everything.
_WANTED: Final = {
    "dress": 48,
    "trousers": 22,
    "t-shirt": 20,
    "blouse": 19,
    "outerwear": 19,
    "skirt": 18,
    "shirt": 17,
    "sweater": 17,
    "longsleeve": 10,
    "hoodie": 10,
    "blazer": 10,
    "shorts": 10,
    "jumpsuit": 7,
}
_WANTED_ACCESSORIES: Final = {"shoes": 12, "hat": 10, "bag": 8}
_SIZE: Final = (192, 256)
_ACCESSORY_PLATE_PX: Final = 1024  # a shoe is a twentieth of a figure
# Kinds that are a thing of their own without the wearer; sandals and pumps are mostly foot, a strap lies on a coat.
_WHOLE_WITHOUT_WEARER: Final = frozenset(
    {"sneaker", "boot", "loafer", "tote", "handbag", "brim", "beanie", "beret", "fur"}
)
_EVEN: Final = 0.7  # least share of the smaller shoe in the larger: the other one is hidden, or looks away
_WEBP_QUALITY: Final = 85


def sample_path() -> Path:
    """The bundled parquet file of drawn garments and looks; `sample/README.md` beside it names its columns."""
    return Path(__file__).with_name("sample") / "sample.parquet"


def draw_sample(path: Path) -> None:
    """Draw the sample anew, 257 garments and 60 looks; half a minute on one core.

    The generator is imported here and below, not above: it needs a drawing library, reading the sample doesn't.

    Args:
        path: of the parquet file, usually `sample_path()`.
    """
    rows = [*_flat_rows(), *_accessory_rows(), *_look_rows()]
    pq.write_table(pa.Table.from_pylist(rows, SAMPLE_SCHEMA), path)


def _row(
    *, identity: str, pixels: Image.Image, label: str, caption: str, colour: str, people: str | None, kind: str
) -> dict[str, Any]:
    from toile.catalog.plates.looks.vocabulary import PALETTE

    return {
        "image_id": identity,
        "image": webp_image(pixels, identity, quality=_WEBP_QUALITY),
        "label": label,
        "kids": False,
        "caption": caption,
        "colour": PALETTE[colour].basic,
        "culture": people,
        "kind": kind,
        "licence": "Apache-2.0",
    }


def _flat_rows() -> Iterator[dict[str, Any]]:
    """Every garment of look after look, as long as its category has room."""
    from toile.catalog.plates.looks.cultures import TRADITIONS
    from toile.catalog.plates.pack import category_of
    from toile.catalog.plates.plate import flat_lay
    from toile.catalog.plates.sampling.looks import sample_look
    from toile.catalog.plates.wording.phrases import describe, with_article

    drawn: Counter[str] = Counter()
    for number in count():
        for garment in sample_look(number, seed=WORLD_SEED).garments:
            label = category_of(garment)
            if drawn[label] >= _WANTED.get(label, 0):
                continue
            drawn[label] += 1
            tradition = TRADITIONS.get(garment.category)
            yield _row(
                identity=f"flat-{drawn.total() - 1:03d}-{label}",
                pixels=Image.fromarray(flat_lay(garment).picture()),
                label=label,
                caption=with_article(describe(garment)),
                colour=garment.cloth.colour,
                people=tradition.people if tradition else None,
                kind="flat",
            )
        if drawn.total() == sum(_WANTED.values()):
            return


def _accessory_rows() -> Iterator[dict[str, Any]]:
    """Shoes, hats and bags, cut out of larger plates."""
    from toile.catalog.plates.drawing.panel import BAG, HAT, SHOES
    from toile.catalog.plates.plate import build_plate
    from toile.catalog.plates.sampling.looks import sample_look
    from toile.catalog.plates.wording.phrases import with_article
    from toile.vision.cutout import cut_out, frame_around

    drawn: Counter[str] = Counter()
    for number in count():
        look = sample_look(number, seed=WORLD_SEED)
        plate = None
        for label, slot, worn in (("shoes", SHOES, look.shoes), ("hat", HAT, look.hat), ("bag", BAG, look.bag)):
            if worn is None or worn.kind not in _WHOLE_WITHOUT_WEARER or drawn[label] >= _WANTED_ACCESSORIES[label]:
                continue
            plate = plate or build_plate(look)
            mask = plate.slot_map(_ACCESSORY_PLATE_PX).slot == slot
            if not _is_whole(mask, pieces=2 if label == "shoes" else 1):
                continue
            drawn[label] += 1
            picture = Image.fromarray(plate.picture(_ACCESSORY_PLATE_PX, background="white"))
            name = f"{worn.colour} {_ACCESSORY_NAMES.get(worn.kind, worn.kind)}"
            yield _row(
                identity=f"flat-{sum(_WANTED.values()) + drawn.total() - 1:03d}-{label}",
                pixels=cut_out(picture, mask, frame_around(mask, width=_SIZE[0], height=_SIZE[1], margin=0.12)),
                label=label,
                caption=name if label == "shoes" else with_article(name),
                colour=worn.colour,
                people=None,
                kind="flat",
            )
        if drawn.total() == sum(_WANTED_ACCESSORIES.values()):
            return


_ACCESSORY_NAMES: Final = {
    "sneaker": "sneakers",
    "boot": "boots",
    "loafer": "loafers",
    "brim": "wide-brimmed hat",
    "fur": "fur hat",
    "tote": "tote bag",
}


def _is_whole(mask: NDArray[np.bool_], *, pieces: int) -> bool:
    """Whether a thing shows in so many pieces of about one size, nothing lying across it."""
    found, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    return found - 1 == pieces and bool(areas.min() > _EVEN * areas.max())


def _look_rows() -> Iterator[dict[str, Any]]:
    from toile.catalog.plates.examples import PlateConfig, example

    for number in range(NUM_LOOKS):
        plate = example(number, PlateConfig(seed=WORLD_SEED + 1, background="paper"))
        yield _row(
            identity=f"look-{number:03d}",
            pixels=Image.fromarray(plate.picture),
            label="look",
            caption=plate.captions[0],
            colour=plate.main.cloth.colour,
            people=plate.people,
            kind="look",
        )
