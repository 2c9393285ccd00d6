"""Traditional garments, each by its true construction."""
