"""Random looks: the same number, the same look."""
