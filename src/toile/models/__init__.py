"""The networks, one architecture a file, each with a frozen config."""
