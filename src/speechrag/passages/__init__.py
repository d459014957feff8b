"""From speeches to passages: each chunker is a class found by name in the registry."""
