"""Which face of the program the arguments choose."""

import sys
from types import SimpleNamespace

import pytest

from app import __main__ as front
from app import environment, screen
from app.venv import SetupError


@pytest.fixture
def faces(monkeypatch):
    """The calls that would have reached a face; each face answers with its own exit code."""
    calls = []

    def face(name, code):
        def main(argv):
            calls.append((name, list(argv)))
            return code

        return SimpleNamespace(main=main)

    for code, name in enumerate(["app.gui.application", "app.jobs.engine", "app.cli.main"]):
        monkeypatch.setitem(sys.modules, name, face(name, code))
    for name in ("require_screen", "require_libraries"):
        monkeypatch.setattr(screen, name, lambda name=name: calls.append((name, [])))
    monkeypatch.setattr(environment, "enter", lambda *_arguments: None)
    return calls


def test_no_arguments_open_the_window(faces):
    assert front.main([]) == 0
    assert faces == [
        ("require_screen", []),
        ("require_libraries", []),
        ("app.gui.application", []),
    ]


@pytest.mark.parametrize("option", ["--open", "--self-check"])
def test_a_file_to_open_and_the_self_check_are_the_window_s(option, faces):
    assert front.main([option, "somewhere"]) == 0
    assert faces[-1] == ("app.gui.application", [option, "somewhere"])
    assert ("require_screen", []) in faces


def test_arguments_run_the_command_line_without_asking_for_qt(faces):
    assert front.main(["models", "list"]) == 2
    assert faces == [("app.cli.main", ["models", "list"])]


def test_the_window_s_child_runs_the_engine(faces):
    assert front.main(["--engine"]) == 1
    assert faces == [("app.jobs.engine", ["--engine"])]


def test_idle_threads_sleep(faces, monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY")
    front.main(["x"])
    assert front.os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_a_failed_set_up_is_one_sentence_and_exit_code_1(monkeypatch, capsys):
    def fail(*_arguments):
        raise SetupError("No network. Connect and start again.")

    monkeypatch.setattr(environment, "enter", fail)
    assert front.main(["models"]) == 1
    assert capsys.readouterr().err == "No network. Connect and start again.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--exit-after-first-paint"],
        ["--data-dir", "somewhere"],
        ["--data-dir", "somewhere", "--exit-after-first-paint"],
        ["cities.JSONL"],
    ],
)
def test_the_window_s_own_options_open_it(arguments, faces):
    assert front.main(arguments) == 0
    assert faces[-1] == ("app.gui.application", arguments)


def test_a_data_folder_before_a_verb_is_the_command_line_s(faces):
    assert front.main(["--data-dir", "somewhere", "models", "list"]) == 2
