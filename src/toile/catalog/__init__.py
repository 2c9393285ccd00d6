"""Records of pictures, and the sources and splits they come from."""
