"""Phrases that several pages use."""

from editing.library.example_sets import SetInfo


def set_size(info: SetInfo) -> str:
    """Say how large a set is."""
    rows = "1 example" if info.canonical == 1 else f"{info.canonical} examples"
    return f"{rows}, {info.evaluation} tests" if info.evaluation else rows
