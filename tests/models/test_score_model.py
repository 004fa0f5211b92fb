"""The decoder is Llama's: the same numbers as transformers', the same folder, and a cache that changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch

from segue.errors import FormatError, InputError
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import load_score_model, save_score_model
from segue.models.score.network import Cache, ScoreModel
from tests.seconds import within

SMALL = ScoreConfig(vocabulary=50, width=32, layers=3, heads=4, feed_forward=72, longest=600)


def model(config: ScoreConfig = SMALL, deviation: float = 0.3) -> ScoreModel:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = ScoreModel(config)
        for weight in made.parameters():  # far from nothing, so that every part shows in the logits
            torch.nn.init.normal_(weight, std=deviation) if weight.ndim > 1 else torch.nn.init.uniform_(
                weight, 0.5, 1.5
            )
    return made.eval()


def ids(rows: int, length: int, seed: int = 1) -> torch.Tensor:
    return torch.randint(0, SMALL.vocabulary, (rows, length), generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("score")
    save_score_model(model(), place)
    return place


def test_logits_are_those_of_transformers_llama(folder: Path) -> None:
    from transformers import LlamaForCausalLM

    theirs = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    mine = load_score_model(folder)
    tokens = ids(2, 300)
    with torch.no_grad():
        found, expected = mine(tokens), theirs(tokens).logits
    assert found.std() > 0.5
    assert torch.allclose(found, expected, atol=1e-4)
    assert mine.state_dict().keys() == theirs.state_dict().keys() - {"lm_head.weight"}
    assert mine.config.parameters == sum(weight.numel() for weight in theirs.parameters())


def test_attention_is_that_of_transformers_llama(folder: Path) -> None:
    from transformers import LlamaForCausalLM

    theirs = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokens = ids(1, 60)
    with torch.no_grad():
        found = load_score_model(folder).attention(tokens[0])
        expected = torch.cat(theirs(tokens, output_attentions=True).attentions)
    assert found.shape == (SMALL.layers, SMALL.heads, 60, 60)
    assert torch.allclose(found, expected, atol=1e-5)


def test_dropout_is_in_training_only_and_leaves_the_mean() -> None:
    mine, tokens = model(deviation=0.02), ids(1, 20)
    with torch.no_grad():
        plain = mine(tokens)
        mine.set_dropout(0.5)
        assert torch.equal(mine(tokens), plain)
        mine.train()
        torch.manual_seed(3)
        drawn = torch.stack([mine.model.layers[0]._dropped(torch.ones(1000)) for _ in range(20)])  # type: ignore[operator]
        assert not torch.equal(mine(tokens), plain)
    assert set(drawn.flatten().tolist()) == {0.0, 2.0}
    assert drawn.mean().item() == pytest.approx(1.0, abs=0.03)


def test_peft_wraps_the_folder(folder: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    theirs = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # what PEFT still calls in transformers by its old name
        wrapped = get_peft_model(theirs, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    tokens = ids(1, 20)
    with torch.no_grad():
        assert torch.allclose(wrapped(tokens).logits, load_score_model(folder)(tokens), atol=1e-4)


def test_a_cache_changes_nothing() -> None:
    made, tokens = model(), ids(2, 40)
    cache: Cache = []
    with torch.no_grad():
        whole = made(tokens)
        parts = [made(tokens[:, start:end], cache) for start, end in ((0, 17), (17, 18), (18, 33), (33, 40))]
    assert torch.allclose(torch.cat(parts, 1), whole, atol=1e-4)


def test_a_token_sees_nothing_that_comes_after_it() -> None:
    made, tokens = model(), ids(1, 300)
    other = tokens.clone()
    other[:, 280:] = (other[:, 280:] + 1) % SMALL.vocabulary
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(made(tokens)[:, :280], made(other)[:, :280])
    with torch.autocast("cpu", dtype=torch.bfloat16):  # the way that training takes
        assert torch.equal(made(tokens)[:, :280], made(other)[:, :280])


def test_training_in_bf16_has_the_gradients_of_fp32() -> None:
    made, tokens = model(deviation=0.1), ids(2, 530)
    gradients = []
    for half in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            value = torch.nn.functional.cross_entropy(
                made(tokens[:, :-1]).float().flatten(0, 1), tokens[:, 1:].flatten()
            )
        gradients.append(torch.autograd.grad(value, list(made.parameters())))
    for fp32, bf16 in zip(*gradients, strict=True):
        assert torch.nn.functional.cosine_similarity(fp32.flatten(), bf16.flatten(), 0) > 0.98


def test_saving_and_loading_keeps_every_weight_to_bf16(folder: Path) -> None:
    mine, found = model().state_dict(), load_score_model(folder).state_dict()
    assert all(torch.equal(mine[name].bfloat16().float(), found[name]) for name in mine)


def test_loading_needs_neither_transformers_nor_peft(folder: Path) -> None:
    code = (
        "import sys, pathlib; from segue.models.score.folder import load_score_model; "
        "load_score_model(pathlib.Path(sys.argv[1])); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert not {"transformers", "peft", "accelerate"} & set(done.stdout.split())


def test_the_usual_size_fits_into_twenty_megabytes() -> None:
    usual = ScoreConfig(vocabulary=1000)
    assert 8e6 <= usual.parameters <= 10e6
    assert 2 * usual.parameters <= 20e6


def test_loading_the_usual_size_takes_under_half_a_second(tmp_path: Path) -> None:
    save_score_model(ScoreModel(ScoreConfig(vocabulary=1000)), tmp_path)
    with within(0.5):
        load_score_model(tmp_path)


def test_damage_and_other_models_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config.json cannot be read: No such file"):
        load_score_model(tmp_path)
    held = json.loads((folder / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(held | {"model_type": "gpt2"}))
    with pytest.raises(FormatError, match=r"model_type is 'gpt2'; a score model has 'llama'"):
        load_score_model(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(held | {"hidden_size": 64}))
    with pytest.raises(InputError, match=r"no such file of weights"):
        load_score_model(tmp_path)
    data = (folder / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(data)
    with pytest.raises(InputError, match=r"not the weights that config.json describes"):
        load_score_model(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(data[:1000])
    with pytest.raises(FormatError, match=r"damaged weights"):
        load_score_model(tmp_path)
    with pytest.raises(InputError, match=r"width 33 must be an even number"):
        ScoreConfig(50, width=33, heads=3)
