"""What the locate-and-edit methods share: facts, targets, keys, and the algebra of the updates."""
