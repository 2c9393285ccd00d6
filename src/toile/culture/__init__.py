"""What is known of garments and textiles by the cultures they belong to, each statement with where it is from."""
