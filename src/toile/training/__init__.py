"""The parts of a training loop: step, average, resume, configuration."""
