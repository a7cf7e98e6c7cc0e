"""The headless face: every verb of the program, for people and for other programs."""
