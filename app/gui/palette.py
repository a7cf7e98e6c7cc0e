"""From tokens to Qt's palette, and back from a palette to the tokens it was made of."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app.gui.tokens import ALL_TOKENS, DARK, LIGHT, Tokens


def tokens_of(widget: QWidget) -> Tokens:
    """Tell the colours that a widget paints in: the application's.

    A widget's own palette does not tell: the style sheet puts its transparent grounds there.
    """
    del widget
    return tokens_in_use()


def tokens_in_use() -> Tokens:
    """Tell the colours that fit the application's palette."""
    return tokens_in(QApplication.palette())


def tokens_in(palette: QPalette) -> Tokens:
    """Tell the colours that fit a palette: its own, or those of a ground as light as its own."""
    ground = palette.color(QPalette.ColorRole.Window)
    close = DARK if ground.lightnessF() < 0.5 else LIGHT
    return next((tokens for tokens in ALL_TOKENS if tokens.window == ground.name()), close)


def palette_from(tokens: Tokens) -> QPalette:
    """Turn tokens into Qt's palette, disabled colours included."""
    role, palette = QPalette.ColorRole, QPalette()
    for which, colour in {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.sunken,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.danger,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.window,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.accent_soft,
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.surface,
        role.Midlight: tokens.sunken,
        role.Mid: tokens.border,
        role.Dark: tokens.border_strong,
        role.Shadow: tokens.border_strong,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.border_strong))
    return palette


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """Mix two colours; `share` is how much of the second."""

    def between(one: float, other: float) -> float:
        return one * (1 - share) + other * share

    return QColor.fromRgbF(
        between(first.redF(), second.redF()),
        between(first.greenF(), second.greenF()),
        between(first.blueF(), second.blueF()),
    )
