"""What a run will need, before it is started, and smaller ways to make it."""
