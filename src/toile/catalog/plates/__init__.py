"""Fashion plates: drawn people in drawn clothes, of which everything is known exactly."""

from toile.catalog.plates.looks import Bag, Cloth, Figure, Garment, Hat, Look, Shoes

__all__ = ["Bag", "Cloth", "Figure", "Garment", "Hat", "Look", "Shoes"]
