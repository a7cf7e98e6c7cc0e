"""Every sentence of the window is ready for translation: in `tr`, `translate` or a mark for them.

The walk looks at literals rather than at calls: whatever reads like words for a person has to stand
where the tools for translators find it, or be one of the things that only look like words.
"""

import ast
import re
from collections.abc import Iterator

import pytest

TRANSLATED = {"tr", "translate", "QT_TRANSLATE_NOOP", "QT_TR_NOOP"}
KEYS = re.compile(r"(Ctrl|Alt|Shift|Meta)\+|(Esc|Del|Backspace|Return|Space|Tab|Ins)$|F\d+$")
CODE = re.compile(
    r"[%$]|\{.*[;:].*\}|^SELECT |^[a-zA-Z_.]+\[.*\]$|^--|\*\.|^[A-Z][a-z]*[A-Z]|^[A-Z][a-z]$",
    re.DOTALL,
)
"""Formats, style sheets, questions to the database, types, options, patterns of files."""
NAMES = {
    "Exemplar",
    "Python",
    "Qt",
    "Fusion",
    "Cascadia Mono",
    "SF Mono",
    "Menlo",
    "Noto Sans Mono",
} | {"DejaVu Sans Mono"}
PROMPTS = {"The capital of Chad is", "The capital of France is"}
"""The bundled model reads English."""
SILENT_CALLS = {"cast", "TypeVar", "getattr", "property", "setProperty", "getLogger", "QDataStream"}
LOG_CALLS = {"debug", "info", "warning", "error", "critical", "exception"}
UNSEEN = {
    "app/gui/diagnostics.py": "a report for whoever helps, in one language on purpose",
    "app/gui/self_check.py": "answers a command line",
    "app/gui/application.py": "answers a command line, before a translation is there",
    "app/gui/job_list.py": "its words go into the records of jobs, which outlive a language",
    "app/gui/errands.py": "its words go into records too",
    "app/gui/pages/compare/report.py": "a file for others, in the language of the models",
    "app/gui/pages/compare/reporting.py": "a file for others, in the language of the models",
}


def looks_visible(text: str) -> bool:
    """Say whether a literal reads like words for a person."""
    words = [word for word in text.split() if sum(letter.isalpha() for letter in word) > 1]
    if not words or text in NAMES | PROMPTS or KEYS.match(text.strip()) or CODE.search(text):
        return False
    return len(words) > 1 or (words[0][:1].isupper() and not words[0].isupper())


def bare_sentences(source: str) -> list[tuple[int, str]]:
    """List what reads like words and is not marked for translation."""
    tree = ast.parse(source)
    marked = {id(node) for node in _unseen(tree)}
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in marked and looks_visible(node.value):
            found.append((node.lineno, node.value))
    return found


def _unseen(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk through everything that is translated already, or that nobody reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in TRANSLATED | SILENT_CALLS | LOG_CALLS:
            yield from (part for given in node.args for part in ast.walk(given))
        elif isinstance(node, ast.Raise | ast.Subscript | ast.Compare):
            yield from ast.walk(node)
        elif isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)
        elif isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield from ast.walk(node.annotation)


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def test_every_sentence_is_marked_for_translation(project_folder):
    bare = [
        f"{path.relative_to(project_folder).as_posix()}:{line} {text!r}"
        for path in sorted((project_folder / "app" / "gui").rglob("*.py"))
        if path.relative_to(project_folder).as_posix() not in UNSEEN
        for line, text in bare_sentences(path.read_text(encoding="utf-8"))
    ]
    assert bare == []


def test_the_files_that_are_left_out_are_there(project_folder):
    assert [name for name in UNSEEN if not (project_folder / name).is_file()] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('HEADERS = ("Name", "Success alone")', ["Name", "Success alone"]),
        ('HEADERS = (QT_TRANSLATE_NOOP("tables", "Name"),)', []),
        (
            'said = translate("tables", "not measured") if x else "not measured yet"',
            ["not measured yet"],
        ),
        ('f"{count} good rows"', [" good rows"]),
        ('"""What a module is."""\nclass A:\n    """One of them."""', []),
        ('action(self, self.tr("Stop"), shortcut="Ctrl+.", icon="stop")', []),
        ('WORDS = {"loading model": "Load model"}', ["Load model"]),
        ('_log.warning("The engine ended: %s", x)', []),
        ('raise EditingError("The name is taken.")', []),
        ('cast("Mapping[str, Any]", x) if x == "the word" else None', []),
    ],
)
def test_the_walk_knows_sentences_from_the_rest(source, found):
    assert [text for _, text in bare_sentences(source)] == found
