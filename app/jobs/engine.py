"""The engine process: all model work, told through lines on stdin and stdout."""

from __future__ import annotations

import argparse
import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.jobs.desk import Desk
from app.jobs.folder import JobFolder
from app.jobs.protocol import (
    VERSION,
    Ask,
    FromEngine,
    Hello,
    Pause,
    Quit,
    Ready,
    Run,
    Stop,
    ToEngine,
    Withdraw,
    decode_to_engine,
    encode,
)
from app.jobs.turns import Rank, Turns
from app.jobs.verbs import ASIDES, Verbs
from app.jobs.worker import Worker

_NICENESS = 10
_SECONDS_TO_LEAVE = 10.0
"""How long a job may take to its next pause once the window is gone."""


def main(argv: Sequence[str]) -> int:
    """Run the engine process until its stdin closes; ends the process."""
    parser = argparse.ArgumentParser(prog="exemplar --engine", description=__doc__)
    parser.add_argument("--engine", action="store_true")
    parser.add_argument("--data-dir", type=Path)
    arguments = parser.parse_args(argv)
    if arguments.data_dir is not None:
        os.environ["EXEMPLAR_DATA_DIR"] = str(arguments.data_dir)
    return serve(_program_verbs)


def serve(load_verbs: Callable[[], Verbs]) -> int:
    """Serve the window at the other end of stdin and stdout, then end the process.

    Args:
        load_verbs: Called once the window has been greeted: the slow imports happen in it.
    """
    prepare_process()
    Engine(*_protocol_ends()).run(load_verbs)
    # Nothing is left to be written, and threads of torch may crash an interpreter that winds down.
    os._exit(0)


def prepare_process() -> None:
    """Make this process a polite one, before torch is imported."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is the window's affair
    if sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(max(0, _NICENESS - os.nice(0)))


class Engine:
    """The process's threads: this one works, one answers questions, one reads stdin.

    Two more do the same for what needs no model: errands, and the questions about them.
    """

    def __init__(self, stdin: int, stdout: int) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._writing = threading.Lock()
        turns = Turns()
        self._worker = Worker(turns, self.say)
        self._errands = Worker(Turns(), self.say, alone=partial(turns.turn, Rank.QUESTION))
        self._workers = (self._worker, self._errands)
        self._desks = (Desk(turns, self.say), Desk(Turns(), self.say))
        self._is_loaded = False

    def run(self, load_verbs: Callable[[], Verbs]) -> None:
        """Work until stdin closes."""
        self.say(Hello(VERSION, os.getpid()))
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        verbs = load_verbs()
        self._is_loaded = True
        self.say(Ready(VERSION))
        aside = replace(verbs, jobs=verbs.errands, questions=verbs.asides)
        for desk, known in zip(self._desks, (verbs, aside), strict=True):
            _start("desk", desk.work, known)
        errands = _start("errands", self._errands.work, aside)
        self._worker.work(verbs)
        errands.join()

    def say(self, message: FromEngine) -> None:
        """Tell the window something; where it is gone, stdin closes too and ends the work."""
        line = encode(message)
        with self._writing:
            while line:
                try:
                    line = line[os.write(self._stdout, line) :]
                except OSError:
                    return

    def _read(self) -> None:
        try:
            for line in _lines(self._stdin):
                self._hear(decode_to_engine(line))
        finally:  # a fault here must not leave a process that nobody can reach
            self._quit()

    def _hear(self, message: ToEngine) -> None:
        match message:
            case Run(job=folder, aside=aside):
                self._workers[aside].add(JobFolder(Path(folder)))
            case Stop():
                self._stop(message)
            case Pause(job=job, is_on=is_on):
                self._worker.pause(job, is_on=is_on)
            case Ask(question=question):
                self._desks[question in ASIDES].ask(message)
            case Withdraw():
                self._withdraw(message.id)
            case Quit():
                self._quit()

    def _stop(self, stop: Stop) -> None:
        for worker in self._workers:
            worker.stop(stop.job, keep=stop.keep)

    def _withdraw(self, identity: int) -> None:
        for desk in self._desks:
            desk.withdraw(identity)

    def _quit(self) -> None:
        if not self._is_loaded:
            os._exit(0)
        watchdog = threading.Timer(_SECONDS_TO_LEAVE, os._exit, (1,))
        watchdog.daemon = True
        watchdog.start()
        self._errands.quit()
        self._worker.quit()


def _start(name: str, work: Callable[[Verbs], None], verbs: Verbs) -> threading.Thread:
    thread = threading.Thread(target=work, args=(verbs,), name=name, daemon=True)
    thread.start()
    return thread


def _program_verbs() -> Verbs:
    from app.jobs.program_verbs import program_verbs

    return program_verbs()


def _protocol_ends() -> tuple[int, int]:
    """Keep the real stdin and stdout for the protocol; whoever prints now writes to stderr."""
    stdin, stdout = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout = sys.stderr
    return stdin, stdout


def _lines(descriptor: int) -> Iterator[bytes]:
    """Read lines until the other end closes.

    Not through a file object: its lock, held by a thread that waits for input, can crash an
    interpreter that ends.
    """
    rest = b""
    while chunk := os.read(descriptor, 1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
