"""Hits to answers and outlines: evidence selection, prompts, generation, citation placing and checking."""
