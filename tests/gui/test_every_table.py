"""Every table keeps Qt's contract: none is without a tester, and none on a filled window fails."""

import ast
import importlib
import pkgutil
from pathlib import Path
from typing import TypeGuard

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt, qInstallMessageHandler
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from typing_extensions import override

import app.gui
from app.gui.main_window import PAGES
from app.gui.tables.row_table import RowTable
from tests.gui.pictures import answer, fill

BASES = (RowTable,)
"""Made to be built on."""
WARNING = QAbstractItemModelTester.FailureReportingMode.Warning


def own_models() -> list[type[QAbstractItemModel]]:
    """Find every model of the window, in all of its modules."""
    for found in pkgutil.walk_packages(app.gui.__path__, "app.gui."):
        importlib.import_module(found.name)
    todo, seen = [QAbstractItemModel], set()
    while todo:
        for kind in todo.pop().__subclasses__():
            if kind not in seen:
                seen.add(kind)
                todo.append(kind)
    mine = [each for each in seen if each.__module__.startswith("app.gui.")]
    return sorted({each for each in mine if each not in BASES}, key=_full_name)


def modules_with_a_tester(folder: Path) -> set[str]:
    """Name every module that is imported by a test that makes a tester."""
    found: set[str] = set()
    for path in folder.glob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.name != Path(__file__).name and any(_makes_tester(node) for node in ast.walk(tree)):
            found |= {each.module or "" for each in ast.walk(tree) if _is_import(each)}
    return found


def _is_import(node: ast.AST) -> TypeGuard[ast.ImportFrom]:
    return isinstance(node, ast.ImportFrom)


def _makes_tester(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and "QAbstractItemModelTester" in ast.dump(node.func)


@pytest.fixture
def said():
    """Everything that Qt says, its testers' findings among it."""
    heard: list[str] = []
    before = qInstallMessageHandler(lambda kind, where, text: heard.append(text))
    yield heard
    qInstallMessageHandler(before)


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def test_no_model_is_without_a_tester():
    tested = modules_with_a_tester(Path(__file__).parent)
    untested = [_full_name(each) for each in own_models() if each.__module__ not in tested]
    assert untested == []


@pytest.mark.parametrize("name", [entry.name for entry in PAGES])
def test_the_tables_of_a_filled_page_keep_qts_contract(name, window, gui, said):
    window.workspace.show_page(name)
    models = window.page.findChildren(QAbstractItemModel)
    testers = [QAbstractItemModelTester(model, WARNING) for model in models]
    fill(gui)
    QApplication.processEvents()
    answer(gui)
    QApplication.processEvents()
    assert [each for each in said if "FAIL" in each] == []
    assert len(testers) == len(models)


def test_a_model_that_breaks_the_contract_is_found(qapp, said):
    class Broken(RowTable[str]):
        """It lets one choose what is no cell."""

        @override
        def flags(self, index):
            return Qt.ItemFlag.ItemIsSelectable

    table = Broken()
    tester = QAbstractItemModelTester(table, WARNING)
    assert tester is not None
    assert any("FAIL" in each for each in said)
