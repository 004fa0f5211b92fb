"""Writers of random weights and small vocabularies: what holds with these holds with any."""

from __future__ import annotations

import torch

from segue.compose.lyrics.own import OwnWriter
from segue.models.engine.reference import ReferenceEngine
from segue.models.lyrics.runs import Runs
from segue.models.lyrics.vocabulary import Language, LyricVocabulary
from segue.models.score.config import ScoreConfig
from segue.models.score.network import ScoreModel

_WORDS = (
    "the a i you my your me love heart night light bright moon june tune soon day way say play stay away today "
    "blue true new few sky high fly goodbye rain again pain train sea free tree be dream stream seem summer "
    "morning evening river never ever forever together weather singing ringing bringing winter shining and in of "
    "to on with for when where is was are remember december tender surrender sweet feet street meet gone alone "
    "home stone fire desire higher "
)
WORDS = tuple(_WORDS.split())
SIGNS = tuple(
    "一不人春风花月山水天云无有来去归时日江楼深心夜长雨寒烟红绿青白千万里处何事如梦醉酒前后中情生声明清城行思相逢愁秋游流舟休头钩留"
    "空东同红中风松龙宫穷浓钟容峰踪逢重"
)


def own_writer(
    language: Language = "en",
    seed: int = 0,
    runs: Runs | None = None,
    longest: int = 512,
    items: tuple[str, ...] | None = None,
) -> OwnWriter:
    """A lyric model of two layers whose weights nobody has trained."""
    items = items or (WORDS if language == "en" else tuple(dict.fromkeys(SIGNS)))
    vocabulary = LyricVocabulary(language, items)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = ScoreModel(ScoreConfig(vocabulary.size, width=16, layers=2, heads=2, feed_forward=32, longest=longest))
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(torch.randn_like(weight) * 0.2)
    vectors = model.model.embed_tokens.weight.detach().numpy()
    return OwnWriter(ReferenceEngine(model), vocabulary, vectors, runs)
