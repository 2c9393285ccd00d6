"""Which pairs of picture and words are worth learning from: rules, calibration, thresholds, and the account of it."""
