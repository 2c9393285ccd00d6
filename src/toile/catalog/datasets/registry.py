"""Which data sets toile can read, by name."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final

from toile.catalog.datasets.clothing_co_parsing import ClothingCoParsing
from toile.catalog.datasets.clothing_dataset import ClothingDataset
from toile.catalog.datasets.deepfashion_plus import DeepFashionPlus
from toile.catalog.datasets.dress_code import DressCode
from toile.catalog.datasets.fashion200k import Fashion200K
from toile.catalog.datasets.fashion_iq import FashionIQ
from toile.catalog.datasets.fashiongen import FashionGen
from toile.catalog.datasets.hierafashion import HieraFashion
from toile.catalog.datasets.reader import Reader
from toile.catalog.datasets.viton_hd import VitonHD
from toile.catalog.datasets.webdataset import WebDataset
from toile.errors import ConfigError

_READERS: Final[tuple[type[Reader], ...]] = (
    FashionGen,
    FashionIQ,
    Fashion200K,
    VitonHD,
    DressCode,
    HieraFashion,
    DeepFashionPlus,
    WebDataset,
    ClothingDataset,
    ClothingCoParsing,
)
READERS: Final = MappingProxyType({reader.name: reader for reader in _READERS})


def open_dataset(name: str, path: str | Path) -> Reader:
    """A reader for a data set on disk; `Dress Code`, `dress_code` and `DressCode` are all `dress-code`.

    Raises:
        ConfigError: no data set of that name is known.
        DataError: there is nothing of its layout at the path.
    """
    if (reader := _BY_SPELLING.get(_letters(name))) is None:
        raise ConfigError(f"no data set is named {name!r}; expected one of {', '.join(READERS)}")
    return reader.open(Path(path))


def _letters(name: str) -> str:
    """What is left of a name whose spelling nobody agrees on."""
    return "".join(letter for letter in name.lower().replace("+", "plus") if letter.isalnum())


_BY_SPELLING: Final = {_letters(name): reader for name, reader in READERS.items()} | {"laion": WebDataset}
