"""The engine process as the window sees it: started, asked, stopped, and started again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

from app.gui.engine_launch import EngineEnd, EngineState, engine_command, engine_environment
from app.gui.questions import OnAnswer, OnError, Questions
from app.gui.stop_ladder import Rung, StopLadder
from app.jobs.description import load_description, save_description
from app.jobs.events import StateEvent
from app.jobs.failures import Failure, failure_of_exit
from app.jobs.protocol import (
    Answer,
    AskFailed,
    FromEngine,
    Hello,
    JobEvent,
    Part,
    Pause,
    ProtocolError,
    Quit,
    Ready,
    Run,
    Stop,
    ToEngine,
    decode_from_engine,
    encode,
)

_ENDS_IN_A_ROW = 3
"""Processes that ended without an answer to anything, after which no other is started."""
_STDERR_LINES = 200


class EngineProcess(QObject):
    """One long-lived child process; all signals and callbacks come in the main thread."""

    ready = Signal()
    state_changed = Signal(str)
    """An EngineState."""
    event_received = Signal(str, object)
    """A job's id and an `app.jobs.events.Event`."""
    ended = Signal(object)
    """An EngineEnd; the next process starts already, unless the state is FAILED."""
    crashed = Signal(str)
    """A sentence for the person; never for an end that the person asked for."""
    described = Signal(object)
    """The engine's answer to `describe`, once it is ready."""

    def __init__(
        self,
        data_folder: Path,
        *,
        command: Sequence[str] | None = None,
        patience_ms: int = 3000,
        parent: QObject | None = None,
    ) -> None:
        """Describe the process; `start` starts it.

        Args:
            data_folder: Where the program keeps things.
            command: What to run instead of this program's engine.
            patience_ms: How long each rung of stopping a job waits.
            parent: Its owner.
        """
        super().__init__(parent)
        self._data_folder = data_folder
        self._command = list(command or engine_command(data_folder))
        self._patience_ms = patience_ms
        self._variables: Mapping[str, str] = {}
        self._state = EngineState.OFF
        self._process: QProcess | None = None
        self._unread = b""
        self._lines: deque[bytes] = deque()
        self._stderr: deque[str] = deque(maxlen=_STDERR_LINES)
        self._ends_in_a_row = 0
        self._questions = Questions()
        self._description = load_description(data_folder)
        self._ladder = StopLadder(patience_ms, self)
        self._ladder.climbed.connect(self._on_ladder_climbed)

    @property
    def state(self) -> EngineState:
        """How the process is."""
        return self._state

    @property
    def is_ready(self) -> bool:
        """Whether jobs and questions are done at once rather than after the imports."""
        return self._state is EngineState.READY

    @property
    def description(self) -> dict[str, Any] | None:
        """What the engine answers to `describe`; last time's answer until it is ready."""
        return self._description

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return None if self._process is None else self._process.processId() or None

    def set_variables(self, variables: Mapping[str, str]) -> None:
        """Give the next process these environment variables, unless this process has others."""
        self._variables = dict(variables)

    def start(self) -> None:
        """Start the process, if there is none; returns at once."""
        if self._process is not None:
            return
        process = QProcess(self)
        process.setProcessEnvironment(engine_environment(self._variables))
        process.readyReadStandardOutput.connect(self._on_output_ready)
        process.readyReadStandardError.connect(self._on_stderr_ready)
        process.errorOccurred.connect(self._on_error_occurred)
        process.finished.connect(self._on_finished)
        self._process = process
        self._unread = b""
        self._stderr.clear()
        self._set_state(EngineState.STARTING)
        process.start(self._command[0], self._command[1:])

    def restart(self) -> None:
        """Start anew after the process was given up."""
        self._ends_in_a_row = 0
        self.start()

    def shutdown(self) -> None:
        """End the process; a running job is left interrupted. Waits until it is gone."""
        process, self._process = self._process, None
        self._ladder.stop()
        self._questions.forget_all()
        if process is None:
            return
        if process.waitForStarted(self._patience_ms):
            _end_gently(process, self._patience_ms)
        process.deleteLater()
        self._set_state(EngineState.OFF)

    def run(self, job_folder: Path) -> None:
        """Have a job done, or gone on with."""
        self._say(Run(str(job_folder)))

    def run_errand(self, job_folder: Path) -> None:
        """Have a job done beside the others: it needs no model for most of its time."""
        self._say(Run(str(job_folder), aside=True))

    def stop_errand(self, job_id: str) -> None:
        """Stop an errand at its next pause; for it alone the process is never ended."""
        self._say(Stop(job_id, keep=False))

    def stop(self, job_id: str, keep: bool) -> None:
        """Stop a job: keeping the best so far, or at all costs."""
        self._say(Stop(job_id, keep))
        if not keep and self._process is not None:
            self._ladder.begin(job_id)

    def pause(self, job_id: str, is_on: bool) -> None:
        """Halt a job between two steps, or let it go on."""
        self._say(Pause(job_id, is_on))

    def ask(
        self,
        question: str,
        arguments: dict[str, Any],
        on_answer: OnAnswer,
        on_part: OnAnswer | None = None,
        on_error: OnError | None = None,
        *,
        channel: str = "",
    ) -> int:
        """Ask something; the answer comes to the callbacks, in the main thread.

        A newer question of the same channel makes this one stale: its callbacks are then never
        called. Nor are those of a widget that is gone.

        Args:
            question: Its name, see the engine's verbs.
            arguments: What it is about, as JSON.
            on_answer: Called with the answer.
            on_part: Called with each piece of an answer that comes in pieces.
            on_error: Called with a sentence where there is no answer.
            channel: Who asks, where several ask the same question at once.
        """
        ask = self._questions.add(question, arguments, channel, (on_answer, on_part, on_error))
        if self._process is None:
            message = self.tr(
                "The engine is not running. Restart it in the status bar, then ask again."
            )
            QTimer.singleShot(0, self, lambda: self._questions.fail(ask.id, message))
        else:
            self._say(ask)
        return ask.id

    def describe(self) -> None:
        """Ask once more what the engine knows: models have come or gone."""
        self.ask("describe", {}, self._on_described, channel="engine-process")

    def withdraw(self, ask_id: int) -> None:
        """Do not wait for an answer any more."""
        withdrawal = self._questions.withdraw(ask_id)
        if withdrawal is not None:
            self._say(withdrawal)

    def _say(self, message: ToEngine) -> None:
        if self._process is not None:
            self._process.write(encode(message))

    def _set_state(self, state: EngineState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(str(state))

    @Slot()
    def _on_output_ready(self) -> None:
        if self._process is None:
            return
        output = self._unread + _bytes_of(self._process, "output")
        *lines, self._unread = output.split(b"\n")
        self._lines.extend(lines)
        self._read_lines()

    @Slot()
    def _read_lines(self) -> None:
        try:
            while self._lines:
                self._read(self._lines.popleft())
        finally:
            if self._lines:  # a callback's fault must not cost the others their messages
                QTimer.singleShot(0, self, self._read_lines)

    def _read(self, line: bytes) -> None:
        try:
            message = decode_from_engine(line)
        except ProtocolError as error:
            self._stderr.append(str(error))
            return
        self._hear(message)

    def _hear(self, message: FromEngine) -> None:
        match message:
            case JobEvent(job=job):
                event = message.read()
                if isinstance(event, StateEvent):
                    self._ladder.heed(job, event.job_state)
                self.event_received.emit(job, event)
            case Part():
                self._questions.hear_part(message)
            case Answer():
                self._ends_in_a_row = 0
                self._questions.hear_answer(message)
            case AskFailed():
                self._questions.fail(message.id, message.message)
            case Ready():
                self._on_ready()
            case Hello():
                pass

    def _on_ready(self) -> None:
        self._set_state(EngineState.READY)
        self.ready.emit()
        self.describe()

    def _on_described(self, description: dict[str, Any]) -> None:
        if description != self._description:
            self._description = description
            save_description(self._data_folder, description)
        self.described.emit(description)

    @Slot()
    def _on_stderr_ready(self) -> None:
        if self._process is not None:
            text = _bytes_of(self._process, "error").decode("utf-8", "replace")
            self._stderr.extend(text.splitlines())

    @Slot(str)
    def _on_ladder_climbed(self, rung: str) -> None:
        if self._process is None:
            return
        if rung == Rung.TERMINATE:
            self._set_state(EngineState.TERMINATING)
            self._process.terminate()
        else:
            self._set_state(EngineState.KILLING)
            self._process.kill()

    @Slot(QProcess.ProcessError)
    def _on_error_occurred(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # no `finished` follows this one
            sentence = self.tr("The engine cannot be started: {} does not run.")
            remedy = self.tr("Install Exemplar again.")
            self._end(Failure(sentence.format(self._command[0]), remedy))

    @Slot(int, QProcess.ExitStatus)
    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._on_output_ready()
        self._on_stderr_ready()
        was_signal = status is QProcess.ExitStatus.CrashExit
        details = "\n".join(self._stderr)
        self._end(failure_of_exit(code, was_signal=was_signal, details=details))

    def _end(self, failure: Failure) -> None:
        """Start the next process, unless they end one after the other, and tell everybody."""
        if self._process is None:  # shut down
            return
        was_stopped = self._state in (EngineState.TERMINATING, EngineState.KILLING)
        self._ladder.stop()
        self._process.deleteLater()
        self._process = None
        self._ends_in_a_row += not was_stopped
        if self._ends_in_a_row < _ENDS_IN_A_ROW:
            self.start()
        else:
            self._set_state(EngineState.FAILED)
        self._questions.fail_all(self.tr("The engine ended before it could answer. Ask again."))
        self.ended.emit(EngineEnd(failure, was_stopped))
        if not was_stopped:
            self.crashed.emit(failure.sentence)


def _end_gently(process: QProcess, patience_ms: int) -> None:
    process.write(encode(Quit()))
    process.closeWriteChannel()
    if process.waitForFinished(patience_ms):
        return
    process.terminate()
    if not process.waitForFinished(patience_ms):
        process.kill()
        process.waitForFinished()


def _bytes_of(process: QProcess, channel: str) -> bytes:
    waiting = (
        process.readAllStandardOutput() if channel == "output" else process.readAllStandardError()
    )
    return bytes(waiting.data())
