"""Jobs: what they are, where they are kept, and the engine process that does them."""
