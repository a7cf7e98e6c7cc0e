"""The rows of memories and codebooks, and where they answer."""
