"""The house rules: who may import whom, and what no file may say."""

import re
import subprocess
import sys

import pytest

TORCH_FREE = [
    "editing.errors",
    "editing.progress",
    "editing.results",
    "editing.settings",
    "editing.examples",
    "editing.tasks",
    "editing.library.schema",
    "editing.library.index",
]
HEAVY = {"torch", "transformers", "peft"}
IMPORT_ALL_OF_THE_WINDOW = """
import pkgutil, app.gui
modules = [found.name for found in pkgutil.walk_packages(app.gui.__path__, "app.gui.")]
assert modules, "app.gui has no modules"
import importlib
for module in modules:
    importlib.import_module(module)
"""
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"
HOSTS_THAT_MAY_BE_NAMED = {"download.pytorch.org"} | {  # and what formats of files are named by
    "www.w3.org",
    "www.freedesktop.org",
    "www.apple.com",
}
SOMEBODY_S_FOLDER = re.compile(r"/(?:home|Users|root)/\w+")


@pytest.fixture
def imported(project_folder):
    """Run code in a fresh Python and return the top-level names it imported."""

    def run(code):
        report = f"{code}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
        finished = subprocess.run(
            [sys.executable, "-c", report],
            cwd=project_folder,
            check=False,
            capture_output=True,
            text=True,
        )
        assert finished.returncode == 0, finished.stderr
        return set(finished.stdout.split())

    return run


@pytest.fixture
def texts(project_folder):
    """Every text file that git keeps, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=project_folder, check=False, capture_output=True, text=True
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    contents = {}
    for path in filter(None, listed.stdout.split("\0")):
        data = (project_folder / path).read_bytes() if (project_folder / path).exists() else b""
        if b"\0" not in data[:8192]:
            contents[path] = data.decode("utf-8", errors="replace")
    return contents


def test_imports_keep_to_the_contracts(project_folder):
    finished = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS],
        cwd=project_folder,
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout


def test_the_window_never_loads_torch(imported):
    assert not imported(IMPORT_ALL_OF_THE_WINDOW) & HEAVY


@pytest.mark.parametrize("module", TORCH_FREE)
def test_light_modules_do_not_load_torch(module, imported):
    assert not imported(f"import {module}") & HEAVY


@pytest.mark.parametrize("module", ["editing", "app.cli.main", "app.jobs.engine"])
def test_only_the_window_knows_qt(module, imported):
    assert not imported(f"import {module}") & {"PySide6", "shiboken6"}


def test_the_packaging_folder_hides_no_package(project_folder):
    assert not (project_folder / "packaging" / "__init__.py").exists()


def test_no_file_names_a_folder_of_somebody_s_machine(texts):
    found = {path for path, text in texts.items() if SOMEBODY_S_FOLDER.search(text)}
    assert not found


def test_no_file_depends_on_another_host(texts):
    named = {
        (path, host)
        for path, text in texts.items()
        for host in re.findall(r"https?://([\w.-]+)", text)
        if host not in HOSTS_THAT_MAY_BE_NAMED
    }
    assert not named


def test_no_file_has_lines_left_from_a_merge(texts):
    marks = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
    assert not {path for path, text in texts.items() if marks.search(text)}
