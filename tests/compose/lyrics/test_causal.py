"""What a writer over a causal model of transformers promises: the frame holds, and the model's own choice decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from segue.compose.lyrics.causal import CausalWriter
from segue.compose.lyrics.checking import check
from segue.compose.lyrics.frame import LineFrame, of_form, of_tune
from segue.compose.lyrics.writer import Brief
from segue.compose.lyrics.writing import Wish, write_lyrics
from segue.errors import InputError
from segue.models.backbones import quiet
from segue.models.causal import CausalModel

from .writers import SIGNS, WORDS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of random weights with a byte-level tokenizer trained on a few words: most items are several tokens."""
    place = tmp_path_factory.mktemp("llama")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator([" ".join(WORDS[:60])] * 4, trainer)
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(3)
        config = LlamaConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=48,
            max_position_embeddings=512,
            bos_token_id=0,
        )
        LlamaForCausalLM(config).save_pretrained(place)
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>").save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def model(folder: Path) -> CausalModel:
    return CausalModel.load(str(folder))


def test_every_line_has_its_length_and_every_rhyme_holds(model: CausalModel) -> None:
    frame = of_form("8 6 8 6 ABAB")
    for offer in write_lyrics(frame, CausalWriter(model, WORDS), Wish(theme="the sea", tries=2), n=3):
        assert [each for each in check(frame, offer.value) if each.is_broken] == []


def test_it_writes_chinese_too(model: CausalModel) -> None:
    frame = of_tune("如梦令")
    (offer,) = write_lyrics(frame, CausalWriter(model, SIGNS, "zh"), Wish(tries=2))
    assert [each for each in check(frame, offer.value) if each.is_broken] == []


def test_the_same_seed_writes_the_same(model: CausalModel) -> None:
    frame, writer = of_form("6 6 AA"), CausalWriter(model, WORDS)
    one, other = (write_lyrics(frame, writer, Wish(tries=2), seed=5)[0].value for _ in range(2))
    assert one == other


def test_an_item_is_drawn_as_likely_as_its_tokens_are(model: CausalModel) -> None:
    """Of two items that are one token each, the draws have the odds that the model itself gives."""
    one, other = (" love", " night")
    assert len(model.encode(one)) == len(model.encode(other)) == 1
    writer = CausalWriter(model, ("love", "night"))
    lines = writer.open(Brief())
    tries = lines.begin(LineFrame(2), 400)
    legal, bias = np.ones((400, 2), dtype=bool), np.zeros((400, 2), dtype=np.float32)
    first, _ = tries.draw(range(400), np.eye(2, dtype=bool)[[0] * 400], bias, 1.0, np.random.default_rng(0))
    assert set(first) == {0}
    drawn, nats = tries.draw(range(400), legal, bias, 1.0, np.random.default_rng(1))
    prompt = model.opening("Write song lyrics in English, one line below the other.")
    with torch.no_grad():
        ids = torch.tensor([[0, *model.encode(prompt), *model.encode_after("\n", "Love")]])
        logits = model.model(ids).logits[0, -1]
    odds = torch.softmax(logits[[model.encode(one)[0], model.encode(other)[0]]].float(), 0).numpy()
    assert (drawn == 0).mean() == pytest.approx(odds[0], abs=0.08)
    assert np.exp(nats) == pytest.approx(odds[drawn], rel=1e-3)


def test_a_long_lyric_goes_on_past_what_the_model_sees(model: CausalModel) -> None:
    frame = of_form(" ".join(["8"] * 24))
    (offer,) = write_lyrics(frame, CausalWriter(model, WORDS), Wish(tries=1))
    assert [each for each in check(frame, offer.value) if each.is_broken] == []


def test_a_chat_model_is_asked_in_its_own_form(model: CausalModel) -> None:
    tokenizer = model.tokenizer
    tokenizer.chat_template = (
        "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}<answer>"
    )
    try:
        assert model.opening("Write.") == "<user>Write.<answer>"
    finally:
        tokenizer.chat_template = None
    assert model.opening("Write.") == "Write.\n\n"


def test_what_is_no_model_is_told(tmp_path: Path, model: CausalModel) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="no weights in safetensors"):
        CausalModel.load(str(tmp_path))
    with pytest.raises(InputError, match="needs items"):
        CausalWriter(model, ())
