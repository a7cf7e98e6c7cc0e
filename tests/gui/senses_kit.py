"""What tests of the senses page share: the page, opened, and what was asked on its behalf."""

from app.gui.pages.senses.page import SensesPage

WORDS = ["<end>", "he", " capital", " Chad", " chapel", " each", " Paris"]


def opened(qtbot, context):
    """Open the page as a person sees it."""
    page = SensesPage(context)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    qtbot.waitExposed(page)
    return page


def asked(context, channel):
    """Give the newest question of a channel."""
    return [each for each in context.engine.asked if each.channel == channel][-1]


def with_words(context):
    """Let the engine list the model's words."""
    asked(context, "senses-words").answer({"words": WORDS})
