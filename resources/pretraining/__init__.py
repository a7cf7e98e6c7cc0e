"""Patterns and words of the text that is mixed into the starter model's corpus."""
