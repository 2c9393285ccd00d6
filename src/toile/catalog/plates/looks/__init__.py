"""What a plate shows, in words: figures, garments, their construction, what goes together. Nothing here draws."""
