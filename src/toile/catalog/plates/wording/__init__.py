"""What a plate says of itself and of its changes."""
