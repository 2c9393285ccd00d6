"""Losses as functions of tensors, each with its source."""
