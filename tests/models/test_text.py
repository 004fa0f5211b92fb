"""What the text encoder promises: batch equals single, gradients flow, and clear words where it cannot load."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from segue.errors import InputError, UnavailableError
from segue.models.backbones import BACKBONES, check_hash
from segue.models.lengths import length_groups
from segue.models.text import TextEncoder, save_folder

from .tiny import ALL, tiny_folder

TEXTS = ["quiet piano", "", "loud guitar dance song night day fast", "sad", "unknown words here", "happy " * 30]


@pytest.fixture(scope="module")
def minilm() -> TextEncoder:
    return TextEncoder.load()


@pytest.mark.parametrize("kind", ALL)
def test_batch_equals_single(kind: str, tmp_path: Path) -> None:
    encoder = TextEncoder.load(str(tiny_folder(kind, tmp_path)))
    together = encoder.encode(TEXTS, precision="fp32")
    alone = np.concatenate([encoder.encode([text], precision="fp32") for text in TEXTS])
    assert together.shape == (len(TEXTS), encoder.width) and together.dtype == np.float32
    np.testing.assert_allclose(together, alone, atol=2e-6)
    assert np.abs(together[0] - together[2]).max() > 0.01


@pytest.mark.parametrize("kind", ALL)
def test_padding_changes_nothing(kind: str, tmp_path: Path) -> None:
    encoder = TextEncoder.load(str(tiny_folder(kind, tmp_path))).eval()
    rows = encoder.tokenize(TEXTS)
    padded = encoder._group(rows).detach()  # all in one group: the short ones are padded
    alone = torch.cat([encoder._group([row]) for row in rows]).detach()
    assert torch.allclose(padded, alone, atol=2e-6)


def test_bert_pools_the_mean_and_gpt_the_last_token(tmp_path: Path) -> None:
    for kind in ("bert", "gpt2"):
        encoder = TextEncoder.load(str(tiny_folder(kind, tmp_path / kind))).eval()
        ids = encoder.tokenize(["quiet piano night"])
        hidden = encoder.backbone(input_ids=torch.tensor(ids)).last_hidden_state[0]
        expected = hidden.mean(0) if kind == "bert" else hidden[-1]
        assert torch.allclose(encoder(ids)[0], expected, atol=1e-6)


def test_gradients_flow_to_every_row_whatever_its_group(tmp_path: Path) -> None:
    encoder = TextEncoder.load(str(tiny_folder("bert", tmp_path)))
    rows = encoder.tokenize(["piano", "guitar " * 30, "night"])
    encoder(rows)[:, 0].sum().backward()
    gradient = encoder.backbone.get_input_embeddings().weight.grad
    used = {token for row in rows for token in row}
    assert {row for row in range(len(gradient)) if gradient[row].abs().sum() > 0} == used


def test_the_bundled_backbone_knows_what_is_near(minilm: TextEncoder) -> None:
    piano, sonata, metal = minilm.encode(["quiet piano for a rainy evening", "calm piano sonata", "death metal"])
    unit = [vector / np.linalg.norm(vector) for vector in (piano, sonata, metal)]
    assert unit[0] @ unit[1] > unit[0] @ unit[2] + 0.2
    assert (minilm.width, minilm.longest, len(minilm.layers)) == (384, 512, 6)


def test_bf16_keeps_the_direction(minilm: TextEncoder) -> None:
    texts = [f"{a} {b}" for a in ("calm", "loud", "slow jazz") for b in ("piano", "guitar", "song about rain")]
    full, half = minilm.encode(texts, precision="fp32"), minilm.encode(texts, precision="bf16")
    cosine = (full * half).sum(1) / np.linalg.norm(full, axis=1) / np.linalg.norm(half, axis=1)
    assert cosine.min() > 0.999


def test_encode_tells_progress_and_leaves_the_mode(minilm: TextEncoder) -> None:
    told: list[int] = []
    minilm.train()
    minilm.encode(["a"] * 300, told.append)
    assert told == [256, 300] and minilm.training
    assert minilm.encode([]).shape == (0, 384)
    assert minilm([]).shape == (0, 384)


def test_fingerprint_is_of_the_weights(tmp_path: Path) -> None:
    first, second = (TextEncoder.load(str(tiny_folder("bert", tmp_path / name))) for name in "ab")
    assert first.fingerprint() == second.fingerprint()
    with torch.no_grad():
        second.backbone.embeddings.LayerNorm.bias[0] += 1e-6
    assert first.fingerprint() != second.fingerprint()


def test_saved_folder_loads_equal(tmp_path: Path) -> None:
    encoder = TextEncoder.load(str(tiny_folder("roberta", tmp_path / "a")))
    save_folder(encoder, tmp_path / "b")
    assert TextEncoder.load(str(tmp_path / "b")).fingerprint() == encoder.fingerprint()


def test_a_folder_that_is_no_backbone_is_told_apart(tmp_path: Path) -> None:
    def refused(match: str) -> None:
        with pytest.raises(InputError, match=match):
            TextEncoder.load(str(folder))

    folder = tmp_path / "model"
    with pytest.raises(InputError, match=r"is not a folder; accepted: minilm"):
        TextEncoder.load(str(folder))
    folder.mkdir()
    refused(r"no config\.json")
    tiny_folder("bert", folder)
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").unlink()
    refused(r"no weights; a model\.safetensors belongs")
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    refused(r"are pickles \(pytorch_model\.bin\), which are never read")
    (folder / "model.safetensors").write_bytes(weights[:1000])
    refused(r"the model cannot be loaded")
    save_file({"embeddings.LayerNorm.bias": torch.zeros(32)}, folder / "model.safetensors", metadata={"format": "pt"})
    refused(r"weights are missing from the file, first ")
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "tokenizer.json").unlink()
    refused(r"no tokenizer; one of tokenizer\.json")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "robberta"}))
    refused(r"architecture 'robberta' is not among .*did you mean \"roberta\"")
    (folder / "config.json").write_text("[]")
    refused(r"not a model's configuration")


def test_a_hub_id_while_offline_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_args: object, **_more: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(UnavailableError, match=r"`hf download someone/some-model .*bundled backbone: minilm"):
        TextEncoder.load("someone/some-model")
    with pytest.raises(UnavailableError, match=r"did you mean \"minilm\""):
        TextEncoder.load("minilmm")
    with pytest.raises(InputError, match=r"neither a folder nor a hub id"):
        TextEncoder.load("not a name")


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(InputError, match=r"sha256 d9298a10d1b0\.\.\. is not the expected 53aa51172d14"):
        check_hash(tmp_path / "model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")


def test_too_long_and_empty_rows_are_refused(tmp_path: Path) -> None:
    encoder = TextEncoder.load(str(tiny_folder("roberta", tmp_path)))
    assert encoder.longest == 39
    with pytest.raises(InputError, match=r"a text of 40 tokens; accepted: 1 to 39"):
        encoder([[5] * 40])
    with pytest.raises(InputError, match=r"accepted: 1 to 39"):
        encoder([[5], []])
    assert max(map(len, encoder.tokenize(["piano " * 100]))) == 39


@pytest.mark.parametrize("seed", range(5))
def test_length_groups_are_a_partition_and_as_cheap_as_any(seed: int) -> None:
    lengths = np.random.default_rng(seed).integers(1, 9, size=12)
    groups = length_groups(lengths.tolist(), overhead=5)
    assert sorted(np.concatenate(groups).tolist()) == list(range(12))
    cost = sum(5 + len(group) * lengths[group].max() for group in groups)
    ordered = np.sort(lengths)
    cheapest = min(  # every way to cut the sorted lengths
        sum(5 + len(part) * part.max() for part in np.split(ordered, [c + 1 for c in range(11) if cut >> c & 1]))
        for cut in range(2**11)
    )
    assert cost == cheapest
    assert length_groups([], 5) == []


@pytest.mark.parametrize("name", BACKBONES)
def test_every_short_name_loads(name: str) -> None:
    assert TextEncoder.load(name).encode(["song"]).shape[0] == 1
