"""Phrases that several pages use."""

from PySide6.QtCore import QCoreApplication

from editing.library.example_sets import SetInfo

translate = QCoreApplication.translate


def set_size(info: SetInfo) -> str:
    """Say how large a set is."""
    rows = _examples(info.canonical)
    return f"{rows}, {_tests(info.evaluation)}" if info.evaluation else rows


def set_parts(info: SetInfo) -> str:
    """Say how many rows of a set are learnt, judged by, and must not change."""
    none = translate("words", "none held out")
    said = [_examples(info.canonical), _tests(info.evaluation) if info.evaluation else none]
    if info.hard_negatives:
        said.append(translate("words", "{} hard negatives").format(info.hard_negatives))
    return ", ".join(said)


def _examples(count: int) -> str:
    one, many = translate("words", "1 example"), translate("words", "{} examples")
    return one if count == 1 else many.format(count)


def _tests(count: int) -> str:
    return translate("words", "{} tests").format(count)
