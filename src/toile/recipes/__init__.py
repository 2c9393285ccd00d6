"""Training jobs, one straight-line recipe a file, each with its TOML beside it."""

from toile.recipes.train import shipped_recipes, train

__all__ = ["shipped_recipes", "train"]
