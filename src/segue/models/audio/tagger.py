"""Taggers: what the musicnn networks hear in a recording, from the weights of the `musicnn` wheel."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import FormatError, InputError, UnavailableError, did_you_mean
from segue.models.audio.checkpoint import read_checkpoint
from segue.models.audio.mel import BANDS, log_mel, patches

if TYPE_CHECKING:
    from segue.models.audio.musicnn import Musicnn

Floats = NDArray[np.float32]
INSTALL = "pip install --no-deps musicnn==0.1.0"
_AT_ONCE = 16  # patches that go through the network together

# Tags in the order of the networks' last layer: the 50 commonest of MagnaTagATune (Law et al., ISMIR 2009), and of the
# Million Song Dataset with tags of Last.fm (Bertin-Mahieux et al., ISMIR 2011).
MTT_TAGS = (
    *("guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast", "piano", "ambient"),
    *("beat", "violin", "vocal", "synth", "female", "indian", "opera", "male", "singing", "vocals", "no vocals"),
    *("harpsichord", "loud", "quiet", "flute", "woman", "male vocal", "no vocal", "pop", "soft", "sitar", "solo"),
    *("man", "classic", "choir", "voice", "new age", "dance", "male voice", "female vocal", "beats", "harp", "cello"),
    *("no voice", "weird", "country", "metal", "female voice", "choral"),
)
MSD_TAGS = (
    *("rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s", "alternative rock"),
    *("jazz", "beautiful", "metal", "chillout", "male vocalists", "classic rock", "soul", "indie rock", "mellow"),
    *("electronica", "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies", "blues", "hard rock", "ambient"),
    *("acoustic", "experimental", "female vocalist", "guitar", "hip-hop", "70s", "party", "country", "easy listening"),
    *("sexy", "catchy", "funk", "electro", "heavy metal", "progressive rock", "60s", "rnb", "indie pop", "sad"),
    *("house", "happy"),
)


@dataclass(frozen=True)
class Source:
    """A folder of the wheel, the SHA-256 of its checkpoint's two files, and the tags it tells."""

    folder: str
    index: str
    data: str
    tags: tuple[str, ...]


TAGGERS = {
    "mtt": Source(
        "MTT_musicnn",
        "da2d7bb670b2b31e9bc441bb1bd75eca31b5b061f963cc1f9630c1aff3238f57",
        "041f3935e981a65cea739842d30c188d3a7d2adf4410955c8668eb3de4a5acab",
        MTT_TAGS,
    ),
    "msd": Source(
        "MSD_musicnn",
        "87f3e0f3550c8d3bafc840374003e5c8af5eeb5ecf6add61af09a7822d3282c8",
        "8579734ee6388f799ed0def4bbd0d1fdcbeaf213ef2a9dc860917bd76a303de6",
        MSD_TAGS,
    ),
}


@dataclass(frozen=True, eq=False)
class Tagged:
    """What is heard in patches of 3 s: probabilities of tags (n, 50), each on its own, and vectors (n, 200)."""

    tags: Floats
    vectors: Floats


@dataclass(frozen=True, eq=False)
class Tagger:
    """A network and the names of its tags, in the order of their columns."""

    name: str
    names: tuple[str, ...]
    network: Musicnn

    @classmethod
    def load(cls, name: str = "mtt") -> Tagger:
        """Load a tagger, "mtt" or "msd".

        InputError for another name, UnavailableError where the `musicnn` wheel is not installed, FormatError where its
        files are not those of version 0.1.0.
        """
        from segue.models.audio.musicnn import Musicnn

        if name not in TAGGERS:
            raise InputError(f"tagger {name!r}: {', '.join(TAGGERS)} are there{did_you_mean(name, TAGGERS)}")
        source = TAGGERS[name]
        index, data = (
            _checked(source.folder, file, wanted)
            for file, wanted in ((".index", source.index), (".data-00000-of-00001", source.data))
        )
        return cls(name, source.tags, Musicnn(read_checkpoint(index, data, file=source.folder)))

    def hear(self, patches_heard: ArrayLike) -> Tagged:
        """Return what is heard in patches (n, 187, 96) of a log-mel spectrogram; InputError for another shape."""
        import torch

        shown = np.ascontiguousarray(patches_heard, np.float32)
        if shown.ndim != 3 or not len(shown) or shown.shape[2] != BANDS:
            raise InputError(f"patches of shape {shown.shape}: (n, 187, 96) is needed, n over 0")
        found = [
            self.network.hear(torch.from_numpy(part)) for part in np.split(shown, range(_AT_ONCE, len(shown), _AT_ONCE))
        ]
        tags = torch.cat([torch.sigmoid(one.logits) for one in found]).numpy()
        return Tagged(tags, torch.cat([one.vectors for one in found]).numpy())

    def tags(self, samples: ArrayLike) -> Floats:
        """Return probabilities (n, 50) of tags in each patch of 3 s of samples at 16 kHz; see `log_mel` for errors."""
        return self.hear(patches(log_mel(samples))).tags

    def vectors(self, samples: ArrayLike) -> Floats:
        """Return a vector (n, 200) of each patch of 3 s: the layer before the tags."""
        return self.hear(patches(log_mel(samples))).vectors


def _checked(folder: str, file: str, wanted: str) -> bytes:
    """A file of the wheel, found without running any of its code."""
    try:
        path = Path(str(metadata.distribution("musicnn").locate_file(f"musicnn/{folder}/{file}")))
        data = path.read_bytes()
    except (metadata.PackageNotFoundError, OSError) as error:
        raise UnavailableError(f"the weights of musicnn are not here: {INSTALL}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != wanted:
        raise FormatError(
            f"SHA-256 {found[:12]}... is not that of musicnn 0.1.0 ({wanted[:12]}...): {INSTALL}", file=str(path)
        )
    return data
