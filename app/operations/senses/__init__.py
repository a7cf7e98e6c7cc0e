"""What senses say, and what turning an edit up or down would do."""
