"""What an edit did (success), what it cost (degradation), where it overreached (hard negatives)."""

from editing.evaluation.ball import fit_to_ball
from editing.evaluation.judge import BallJudge
from editing.evaluation.last_first import LastFirstJudge
from editing.evaluation.yardstick import EvaluationTexts, Measures, Yardstick

__all__ = ["BallJudge", "EvaluationTexts", "LastFirstJudge", "Measures", "Yardstick", "fit_to_ball"]
