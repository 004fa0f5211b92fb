"""Networks that listen: the musicnn taggers, from the samples of a recording to tags and vectors."""

from segue.models.audio.mel import BANDS, RATE, log_mel, patches
from segue.models.audio.tagger import TAGGERS, Tagger

__all__ = ["BANDS", "RATE", "TAGGERS", "Tagger", "log_mel", "patches"]
