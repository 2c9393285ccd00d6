"""The index: written crash-safely, searched exactly and approximately."""
