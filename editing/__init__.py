"""The engine: edits language models by example. No Qt, no printing."""
