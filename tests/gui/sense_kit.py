"""Senses as the engine describes them, made up."""


def _words(names, top, sign=1):
    return [[f" {name}", sign * top * 0.85**place] for place, name in enumerate(names.split())]


def sense_record(word, sense, shift=""):
    """One sense as the engine describes it."""
    common = ["city", "capital", "town", "river", "north", "district", "port", "council"]
    raised = [*shift.split(), *common]
    lowered = ["the", "of", "and", "who", "they", "because", "never", "yes"]
    turned = raised[sense % 3 :] + raised[: sense % 3]
    return {
        "word": word,
        "token_id": 100,
        "sense": sense,
        "norm": 2.0 + sense / 3,
        "raises": _words(" ".join(turned), 3.0 + sense / 2),
        "lowers": _words(" ".join(lowered[sense % 4 :] + lowered[: sense % 4]), 2.0, -1),
    }


def senses_answer(word=" Chad", count=8):
    """What the engine answers about a word."""
    return {"senses": [sense_record(word, sense) for sense in range(count)]}


def edit_senses_answer(word=" Chad", sense=3):
    """What the engine answers about an edit's senses."""
    return {
        "senses": [sense_record(word, sense)],
        "edited": [sense_record(word, sense, "N'Djamena")],
        "difference": [sense_record(word, sense, "N'Djamena Chari")],
    }
