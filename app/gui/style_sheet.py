"""The style sheet: roundness, padding and focus rings, with every colour from the tokens.

Widgets are addressed by what they are or by a dynamic property: `role` for labels and buttons
("title", "heading", "caption", "primary", "quiet", …), `tone` for what a notice or chip means.
"""

from importlib.resources import files
from pathlib import Path
from string import Template

from PySide6.QtGui import QFont, QFontMetrics

from app.gui.metrics import density
from app.gui.tokens import Tokens

CELL_MARGIN = 3
"""Qt itself keeps this far from a cell's edge, in pixels; a header's padding is all it has."""


def style_sheet(tokens: Tokens, font: QFont) -> str:
    """Write the style sheet for one theme and one size of text."""
    unit = QFontMetrics(font).height() / 4 * density()
    size = font.pointSizeF()
    values: dict[str, str] = {
        name: str(getattr(tokens, name)) for name in tokens.__dataclass_fields__ if name != "series"
    }
    values |= {f"u{n}": f"{max(1, round(n * unit / 2))}px" for n in range(1, 17)}
    values |= {
        "cell": f"{max(1, round(2 * unit) - CELL_MARGIN)}px",
        "tick": "tick-on-light" if tokens.is_dark else "tick-on-dark",
        "icons": Path(str(files("resources") / "icons")).as_posix(),
        "radius": f"{round(1.6 * unit)}px",
        "radius_card": f"{round(2.4 * unit)}px",
        "display": f"{size * 1.7:.1f}pt",
        "title": f"{size * 1.4:.1f}pt",
        "heading": f"{size * 1.1:.1f}pt",
        "caption": f"{size * 0.92:.1f}pt",
    }
    return "".join(Template(part).substitute(values) for part in _PARTS)


_LABELS = """
QLabel { background: transparent; }
QLabel[role="display"] { font-size: $display; font-weight: 700; }
QLabel[role="title"] { font-size: $title; font-weight: 700; }
QLabel[role="heading"] { font-size: $heading; font-weight: 700; }
QLabel[role="caption"] { font-size: $caption; color: $muted; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="number"] { font-size: $title; font-weight: 700; }
QLabel[tone="positive"] { color: $positive; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="accent"] { color: $accent; }
QLabel[role="chip"] { border-radius: $u3; padding: $u1 $u4; font-size: $caption;
  background: $sunken; color: $muted; }
QLabel[role="chip"][tone="positive"] { background: $positive_soft; color: $positive; }
QLabel[role="chip"][tone="warning"] { background: $warning_soft; color: $warning; }
QLabel[role="chip"][tone="danger"] { background: $danger_soft; color: $danger; }
QLabel[role="chip"][tone="accent"] { background: $accent_soft; color: $accent; }
"""

_FRAMES = """
QFrame[role="card"] { background: $surface; border: 1px solid $border;
  border-radius: $radius_card; }
QFrame[role="card"][tone="accent"] { border: 1px solid $accent; }
QFrame[role="rail"] { background: $sunken; border: none; border-right: 1px solid $border; }
QFrame[role="header"] { background: $window; border: none; border-bottom: 1px solid $border; }
QFrame[role="status"] { background: $sunken; border: none; border-top: 1px solid $border; }
QFrame[role="coach"] { background: $accent_soft; border: none; border-bottom: 1px solid $accent; }
QFrame[role="drawer"] { background: $sunken; border: none; border-left: 1px solid $border; }
QFrame[role="drop"] { background: $accent_soft; border: 2px dashed $accent;
  border-radius: $radius_card; }
QFrame[role="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="toast"] { background: $surface; border: 1px solid $border_strong;
  border-radius: $radius_card; }
QFrame[role="toast"][tone="danger"] { border-color: $danger; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="page"] { background: transparent; }
QSplitter::handle { background: transparent; }
QToolTip { background: $text; color: $window; border: none; padding: $u2 $u3; }
"""

_BUTTONS = """
QPushButton, QToolButton[role="button"] { background: $surface; color: $text;
  border: 1px solid $border_strong; border-radius: $radius; padding: $u3 $u6; }
QPushButton:hover, QToolButton[role="button"]:hover { background: $sunken; }
QPushButton:pressed { background: $border; }
QPushButton:checked { background: $accent_soft; color: $accent; }
QPushButton:disabled { color: $border_strong; border-color: $border; background: $window; }
QPushButton:focus, QToolButton[role="button"]:focus { border: 2px solid $accent;
  padding: $u3 $u6; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent;
  font-weight: 700; }
QPushButton[role="primary"]:hover { background: $accent_strong; }
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="primary"]:disabled { background: $sunken; color: $border_strong;
  border-color: $border; }
QPushButton[role="danger"] { color: $danger; }
QPushButton[role="link"] { background: transparent; border: 2px solid transparent; color: $accent;
  padding: $u2 $u3; text-align: left; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border: 2px solid $accent; }
QPushButton[role="link"]:disabled { color: $border_strong; }
QToolButton { background: transparent; color: $text; border: 2px solid transparent;
  border-radius: $radius; padding: $u2; }
QToolButton:hover { background: $border; }
QToolButton:focus { border: 2px solid $accent; }
QToolButton:checked { background: $accent_soft; color: $accent; }
QToolButton:disabled { color: $border_strong; }
QToolButton[role="chip"] { border: 1px solid $border; border-radius: $u6; padding: $u1 $u4;
  color: $muted; font-size: $caption; }
QToolButton[role="chip"]:hover { color: $text; border-color: $border_strong; }
QToolButton[role="chip"]:focus { border: 2px solid $accent; }
QToolButton[role="chip"]:checked { background: $accent_soft; color: $accent;
  border-color: $accent; }
QToolButton::menu-indicator { image: none; }
QCheckBox, QRadioButton { spacing: $u3; padding: $u1; border: 2px solid transparent;
  border-radius: $radius; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $accent; }
QRadioButton::indicator { width: $u6; height: $u6; border: 2px solid $border_strong;
  border-radius: $u3; background: $surface; }
QRadioButton::indicator:checked { border-color: $accent; background: qradialgradient(cx: 0.5,
  cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5, stop: 0.55 $accent, stop: 0.65 $surface); }
QRadioButton::indicator:disabled { border-color: $border; }
QCheckBox::indicator, QGroupBox::indicator, QAbstractItemView::indicator { width: $u6;
  height: $u6; border: 2px solid $border_strong; border-radius: $u1; background: $surface; }
QCheckBox::indicator:hover, QAbstractItemView::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QGroupBox::indicator:checked,
QAbstractItemView::indicator:checked { border-color: $accent; background: $accent;
  image: url("$icons/$tick.svg"); }
QCheckBox::indicator:indeterminate, QAbstractItemView::indicator:indeterminate {
  border-color: $accent; background: $accent_soft; }
QCheckBox::indicator:disabled, QAbstractItemView::indicator:disabled { border-color: $border;
  background: $window; }
QCheckBox::indicator:checked:disabled { background: $border; }
"""

_FIELDS = """
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $surface; color: $text; border: 1px solid $border_strong; border-radius: $radius;
  padding: $u2 $u4; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus { border: 2px solid $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled,
QComboBox:disabled { background: $window; color: $border_strong; border-color: $border; }
QAbstractSpinBox QLineEdit { border: none; padding: 0 $u2; background: transparent; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $border_strong;
  selection-background-color: $accent_soft; selection-color: $text; }
QComboBox::drop-down { border: none; width: $u10; }
QComboBox::down-arrow { image: url("$icons/chevron-down.svg"); width: $u7; height: $u7; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: $u10;
  background: transparent; }
QAbstractSpinBox::up-arrow { image: url("$icons/chevron-up.svg"); width: $u6; height: $u6; }
QAbstractSpinBox::down-arrow { image: url("$icons/chevron-down.svg"); width: $u6; height: $u6; }
QProgressBar { background: $border; border: none; border-radius: $u2; min-height: $u3;
  max-height: $u3; }
QProgressBar::chunk { background: $accent; border-radius: $u2; }
QSlider:horizontal { min-height: $u7; }
QSlider::groove:horizontal { height: $u2; background: $border_strong; border-radius: $u1; }
QSlider::sub-page:horizontal { background: $accent; border-radius: $u1; }
QSlider::handle:horizontal { background: $surface; border: 2px solid $accent; width: $u5;
  height: $u5; margin: -$u2 0; border-radius: $u3; }
QSlider:focus { border: 2px solid $accent; border-radius: $radius; }
"""

_VIEWS = """
QAbstractItemView { background: $surface; color: $text; border: 1px solid $border;
  border-radius: $radius; outline: none; gridline-color: $border;
  selection-background-color: $accent_soft; selection-color: $text; }
QAbstractItemView:focus { border: 2px solid $accent; }
QTableView QLineEdit, QTreeView QLineEdit, QListView QLineEdit { border: 2px solid $accent;
  border-radius: 0; padding: 0 $u2; }
QTableView QComboBox { border-radius: 0; padding: 0 $u2; }
QListView::item { padding: $u3 $u4; border-radius: $radius; }
QListView::item:hover { background: $sunken; }
QListView::item:selected { background: $accent_soft; color: $text; }
QTreeView::item { padding: $u2; }
QTableView::item { padding: $u1 $cell; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none;
  border-bottom: 1px solid $border; padding: $u3 $u4; font-weight: 400; }
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-origin: border;
  subcontrol-position: top center; width: $u6; height: $u6; }
QHeaderView::up-arrow { image: url("$icons/chevron-up.svg"); }
QHeaderView::down-arrow { image: url("$icons/chevron-down.svg"); }
QHeaderView::section:vertical { border: none; padding: 0 $u3; }
QTableCornerButton::section { background: $surface; border: none; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; border: none; padding: $u3 $u5;
  margin-right: $u2; border-bottom: 3px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $accent; border-bottom: 3px solid $accent; }
QTabBar::tab:focus { background: $accent_soft; }
QScrollBar:vertical { background: transparent; width: $u6; margin: 0; }
QScrollBar:horizontal { background: transparent; height: $u6; margin: 0; }
QScrollBar::handle { background: $border_strong; border-radius: $u2; margin: $u1;
  min-height: $u16; min-width: $u16; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
  background: transparent; border: none; width: 0; height: 0; }
"""

_MENUS = """
QMenuBar { background: $window; color: $text; border-bottom: 1px solid $border; }
QMenuBar::item { background: transparent; padding: $u2 $u5; }
QMenuBar::item:selected { background: $border; border-radius: $radius; }
QMenu { background: $surface; color: $text; border: 1px solid $border_strong; padding: $u2; }
QMenu::item { padding: $u3 $u8; border-radius: $radius; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $border_strong; }
QMenu::separator { height: 1px; background: $border; margin: $u2; }
"""

_PARTS = (_LABELS, _FRAMES, _BUTTONS, _FIELDS, _VIEWS, _MENUS)
