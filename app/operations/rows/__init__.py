"""The rows of memories: which there are, which of them answered, and changes to them."""
