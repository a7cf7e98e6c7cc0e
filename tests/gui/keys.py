"""A person at the keyboard: what takes keys, what it is called, and what Tab reaches."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QGroupBox,
    QLineEdit,
    QScrollArea,
    QTextEdit,
    QWidget,
)

MOST_STOPS = 400


def takes_keys(widget: QWidget) -> bool:
    """Whether Tab ought to reach a widget."""
    if not (widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
        return False
    return widget.isVisible() and widget.isEnabled() and not _is_part(widget)


def _is_part(widget: QWidget) -> bool:
    """Whether a widget is the inside of another that takes the keys itself."""
    owner = widget.parent()
    if isinstance(owner, QAbstractItemView | QScrollArea | QTextEdit):
        return True
    inside = owner is not None and (
        owner.inherits("QAbstractSpinBox") or owner.inherits("QComboBox")
    )
    inside = inside or (owner is not None and owner.inherits("QTabBar"))
    if isinstance(widget, QLineEdit | QAbstractButton | QAbstractItemView) and inside:
        return True
    return widget.focusProxy() is not None


def name_of(widget: QWidget) -> str:
    """What a screen reader says."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    title = widget.title() if isinstance(widget, QGroupBox) else ""
    return widget.accessibleName() or text or title


def nameless(root: QWidget) -> list[QWidget]:
    """List what takes keys and does not say what it is."""
    return [each for each in root.findChildren(QWidget) if takes_keys(each) and not name_of(each)]


def out_of_reach(root: QWidget) -> list[QWidget]:
    """Walk through a window with Tab, and list what takes keys and was not come by."""
    wanted = {each for each in root.findChildren(QWidget) if takes_keys(each)}
    reached: set[QWidget] = set()
    for _ in range(MOST_STOPS):
        root.focusNextChild()
        stop = QApplication.focusWidget()
        if stop is None or stop in reached:
            break
        reached.add(stop)
    return [each for each in wanted - reached if not _is_of_a_reached_group(each, reached)]


def _is_of_a_reached_group(widget: QWidget, reached: set[QWidget]) -> bool:
    """Radio buttons and exclusive buttons are one stop; arrow keys move between them."""
    if not isinstance(widget, QAbstractButton):
        return False
    group = widget.group()
    if group is not None:
        return any(each in reached for each in group.buttons())
    is_one_of_many = widget.autoExclusive()
    beside = [each for each in reached if each.parent() is widget.parent()]
    return is_one_of_many and any(isinstance(each, QAbstractButton) for each in beside)


def describe(widget: QWidget) -> str:
    """Name a widget so that it can be found."""
    parents = []
    owner = widget
    while owner is not None and len(parents) < 4:
        parents.append(type(owner).__name__)
        owner = owner.parentWidget()
    return f"{name_of(widget)!r} {' < '.join(parents)} {widget.toolTip()[:40]}"
