"""Noise schedules, prompt windows, guidance and the sampling loop; it knows no network."""
