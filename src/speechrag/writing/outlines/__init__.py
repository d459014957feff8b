"""How an outline is made: brief to plan, corpus to points, points to a speech, and what to warn about."""
