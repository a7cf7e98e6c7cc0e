"""What Qt needs before it may be imported: a screen and the system's libraries.

Standard library only, like all that runs before the environment is there. Qt aborts the process
where either is missing, so both are looked at first and said in one sentence.
"""

from __future__ import annotations

import ctypes
import os
import sys

from app.venv import ROOT, Environment, SetupError

_ALWAYS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
_FOR_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}


def require_screen() -> None:
    """Make sure that a window could appear somewhere.

    Raises:
        SetupError: There is no screen, or it does not answer.
    """
    if not _is_linux() or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SetupError(
            f"There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set. {_remedy()}"
        )
    if _is_x11() and not _answers():
        raise SetupError(f"The screen DISPLAY={os.environ['DISPLAY']} does not answer. {_remedy()}")


def require_libraries() -> None:
    """Make sure that the system libraries Qt loads are there, installing them where we may.

    Raises:
        SetupError: Some are missing; the message is the line to run.
    """
    from app.installation import apt_install

    wanted = {**_ALWAYS, **(_FOR_X11 if _is_x11() else {})}
    missing = [package for library, package in wanted.items() if not _loads(library)]
    if _is_linux() and missing:
        apt_install(missing, "Qt, which draws the window, lacks libraries of the system.")


def _remedy() -> str:
    command = "python3 -m app" if Environment(ROOT).project.exists() else "exemplar"
    return f"Start Exemplar from a desktop, or use its command line: {command} --help"


def _is_linux() -> bool:
    return sys.platform.startswith("linux")


def _is_x11() -> bool:
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    return chosen.startswith("xcb") if chosen else not os.environ.get("WAYLAND_DISPLAY")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers() -> bool:
    """Open and close one connection to the X server; true where that cannot be tried."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    has_error = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_error
