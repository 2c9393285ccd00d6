"""Seeing clothes: colours, masks, cut-outs, poses as maps."""
