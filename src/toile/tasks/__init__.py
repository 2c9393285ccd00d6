"""The verbs: short compositions that return a typed result and a recipe."""
