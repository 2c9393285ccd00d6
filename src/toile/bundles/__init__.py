"""Whole model bundles: the embedded one, others on disk, and hub checkpoints."""

from toile.bundles.bundle import EMBEDDED_CANVAS, Bundle, Generator, HubBundle, load_bundle
from toile.bundles.parts import assemble, average, broken_files, read_manifest, write_parts

__all__ = [
    "EMBEDDED_CANVAS",
    "Bundle",
    "Generator",
    "HubBundle",
    "assemble",
    "average",
    "broken_files",
    "load_bundle",
    "read_manifest",
    "write_parts",
]
