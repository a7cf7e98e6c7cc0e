"""Phrases that several pages use."""

from PySide6.QtCore import QCoreApplication

from editing.library.example_sets import SetInfo

translate = QCoreApplication.translate


def number_of(count: int, one: str, many: str) -> str:
    """Say how many there are.

    Args:
        count: So many.
        one: What is said of one.
        many: What is said of none or several, with a place for their number.
    """
    return one if count == 1 else many.format(count)


def set_size(info: SetInfo) -> str:
    """Say how large a set is."""
    rows = _examples(info.canonical)
    return f"{rows}, {_tests(info.evaluation)}" if info.evaluation else rows


def set_parts(info: SetInfo) -> str:
    """Say how many rows of a set are learnt, judged by, and must not change."""
    none = translate("words", "none held out")
    said = [_examples(info.canonical), _tests(info.evaluation) if info.evaluation else none]
    if info.hard_negatives:
        one, many = translate("words", "1 hard negative"), translate("words", "{} hard negatives")
        said.append(number_of(info.hard_negatives, one, many))
    return ", ".join(said)


def _examples(count: int) -> str:
    return number_of(count, translate("words", "1 example"), translate("words", "{} examples"))


def _tests(count: int) -> str:
    return number_of(count, translate("words", "1 test"), translate("words", "{} tests"))
