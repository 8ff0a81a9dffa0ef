"""The published regression language model: a tiny copy in its own layout against T5Gemma of transformers."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

transformers = pytest.importorskip("transformers")

from safetensors.torch import load_file, save_file

from digitwise.codecs import PermissiveIEEECodec, tree_of
from digitwise.encoders.sequence.published_names import ENCODER, UNUSED, decoder_names
from digitwise.encoders.sequence.regression_lm import RegressionLM, load_regression_lm, published_ids
from digitwise.nn import Memory
from digitwise.nn.gemma_decoder import GemmaDecoder
from digitwise.nn.gemma_layer import GemmaSizes
from digitwise.policy import BestFirst, Policy, best_first, leaf_probs, sample
from tests.encoders.sequence.tiny_models import write_tokenizer

TEXTS = ["APPS\ndef f(x): return x", "KBSS\nx", ""]
PART = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "query_pre_attn_scalar": 8,
    "rope_theta": 10000.0,  # as versions before 5 wrote it
    "attn_logit_softcapping": 2.0,  # low, so that it matters
    "final_logit_softcapping": 3.0,
    "pad_token_id": 0,
}


def with_own_vocabulary(model: Any, n_ids: int) -> Any:
    """Give T5Gemma the decoder's embedding and head that the published code gives it, and the bias nobody reads."""
    model.model.decoder.embed_tokens = nn.Embedding(n_ids, PART["hidden_size"], padding_idx=0)
    model.lm_head.out_proj = nn.Linear(PART["hidden_size"], n_ids, bias=False)
    model.register_buffer("final_logits_bias", torch.zeros(1, n_ids))
    return model


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Return a folder in the published layout, and the model that it was written from."""
    folder = tmp_path_factory.mktemp("rlm")
    (folder / "encoder_tokenizer").mkdir()
    n_ids = write_tokenizer(folder / "encoder_tokenizer", with_ends=True)
    backbone = {
        "encoder": {**PART, "vocab_size": n_ids},
        "decoder": {**PART, "vocab_size": 99},
        "tie_word_embeddings": False,
    }
    config = {
        "model_type": "regresslm",
        "backbone_config": backbone,
        "encoder_vocab_size": n_ids,
        "decoder_vocab_size": 13,
        "decoder_tokenizer": "IEEE",
        "ieee_base": 10,
        "ieee_exponent_digits": 2,
        "ieee_mantissa_digits": 5,
        "max_num_objs": 1,
        "use_regression_head": False,
        "pad_token_id": 0,
    }
    (folder / "config.json").write_text(json.dumps(config))
    torch.manual_seed(0)
    model = transformers.T5GemmaForConditionalGeneration(transformers.T5GemmaConfig(**json.loads(json.dumps(backbone))))
    model = with_own_vocabulary(model, 13).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn_like(weight) * 0.4)
    state = {f"model.{name}": value.contiguous() for name, value in model.state_dict().items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    return folder, model


@pytest.fixture(scope="module")
def loaded(published: tuple[Path, Any]) -> RegressionLM:
    return load_regression_lm(published[0])


def allowed_ids(step: int) -> list[int]:
    """Return what the published constraint lets follow: signs in the first two places, then digits."""
    return [1, 2] if step < 2 else list(range(3, 13))


def reference_log_probs(model: Any, ids: Tensor, numbers: list[list[int]]) -> Tensor:
    """Return, for each text, the log-probabilities of the 13 ids at each step of a number, constrained."""
    written = torch.tensor([[0, *number[:-1]] for number in numbers])
    with torch.no_grad():
        logits = model(
            input_ids=ids.clamp(min=0),
            attention_mask=(ids >= 0).long(),
            decoder_input_ids=written,
            decoder_attention_mask=torch.ones_like(written),  # on the cache the start is seen
        ).logits
    for step in range(logits.shape[1]):
        forbidden = [index for index in range(13) if index not in allowed_ids(step)]
        logits[:, step, forbidden] = -torch.inf
    return logits.log_softmax(-1)


def test_the_policy_gives_the_published_probabilities(published: tuple[Path, Any], loaded: RegressionLM) -> None:
    policy = Policy(loaded.decoder, loaded.codec, loaded.tree)
    ids = torch.from_numpy(loaded.tokenizer.ids(TEXTS))
    numbers = torch.tensor([-123.45, 6.02e23, 0.0], dtype=torch.float64)
    spelt = ["-+02 12345", "++23 60200", "++00 00000"]
    theirs = [["?+-0123456789".index(sign) for sign in word.replace(" ", "")] for word in spelt]
    tokens = loaded.codec.encode(numbers).unsqueeze(1)
    expected = reference_log_probs(published[1], ids, theirs)
    with torch.no_grad():
        memory = loaded.encoder(ids)
        found = policy.step_log_probs(memory, tokens).squeeze(1)
        chosen = policy.log_probs(memory, tokens).squeeze(1)
    order = [[2, 1]] * 2 + [list(range(3, 13))] * 7  # ours: minus and plus, then digits
    for step, ids_there in enumerate(order):
        torch.testing.assert_close(found[:, step, : len(ids_there)], expected[:, step, ids_there], rtol=1e-4, atol=1e-5)
        assert (found[:, step, len(ids_there) :] == -torch.inf).all()
    of_number = expected.gather(-1, torch.tensor(theirs).unsqueeze(-1)).squeeze(-1)
    torch.testing.assert_close(chosen, of_number, rtol=1e-4, atol=1e-5)
    assert expected.exp().max() < 0.99 and expected[expected.isfinite()].exp().std() > 0.02, "far from certain and even"


def test_the_encoder_gives_the_published_memory(published: tuple[Path, Any], loaded: RegressionLM) -> None:
    ids = torch.from_numpy(loaded.tokenizer.ids(TEXTS))
    memory = loaded.encoder(ids)
    assert memory.mask is not None
    encoder = published[1].get_encoder()
    for row in range(len(TEXTS)):
        alone = ids[row : row + 1, : int(memory.mask[row].sum())]
        expected = encoder(input_ids=alone, attention_mask=torch.ones_like(alone)).last_hidden_state[0]
        torch.testing.assert_close(memory.features[row, : alone.shape[1]], expected, rtol=1e-4, atol=1e-5)


def test_caps_of_scores_can_be_left_out(published: tuple[Path, Any], loaded: RegressionLM) -> None:
    folder, _ = published
    config = json.loads((folder / "config.json").read_text())["backbone_config"]
    for part in ("encoder", "decoder"):
        config[part]["attn_logit_softcapping"] = None
    free = with_own_vocabulary(transformers.T5GemmaForConditionalGeneration(transformers.T5GemmaConfig(**config)), 13)
    weights = load_file(folder / "model.safetensors")
    free.load_state_dict({name[len("model.") :]: value for name, value in weights.items()})
    uncapped = load_regression_lm(folder, caps_scores=False)
    ids = torch.from_numpy(uncapped.tokenizer.ids(TEXTS[:1]))
    expected = reference_log_probs(free.eval(), ids, [[1, 1, *[3] * 7]])
    tokens = torch.tensor([[[1, 1, *[0] * 7]]])
    found, capped = (
        Policy(each.decoder, each.codec, each.tree).step_log_probs(each.encoder(ids), tokens)[0, 0, 2:]
        for each in (uncapped, loaded)
    )
    torch.testing.assert_close(found, expected[0, 2:, 3:], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(capped, found, atol=1e-3)


def test_numbers_can_be_drawn_searched_and_trained(loaded: RegressionLM) -> None:
    policy = Policy(loaded.decoder, loaded.codec, loaded.tree)
    memory = loaded.encoder(torch.from_numpy(loaded.tokenizer.ids(TEXTS)))
    drawn = sample(policy, memory, 3, generator=torch.Generator().manual_seed(0))
    assert loaded.codec.decode(drawn.tokens).isfinite().all()
    with torch.no_grad():
        again = policy.log_probs(memory, drawn.tokens)
    torch.testing.assert_close(drawn.log_probs, again, rtol=1e-4, atol=1e-5)
    loss = -policy.log_probs(memory, drawn.tokens).sum()
    loss.backward()
    assert all(weight.grad is not None for weight in loaded.decoder.parameters())
    assert all(weight.grad is None for weight in loaded.encoder.parameters())
    loaded.decoder.zero_grad(set_to_none=True)


SMALL = PermissiveIEEECodec(base=3, exponent_digits=1, mantissa_digits=2)


@pytest.mark.parametrize("masked", [True, False])
def test_nodes_steps_and_forests_agree(masked: bool) -> None:
    torch.manual_seed(0)
    shape = {"dim": 12, "n_layers": 2, "feed_forward_dim": 16, "n_heads": 4, "n_key_value_heads": 2, "head_dim": 6}
    sizes = GemmaSizes(**shape, score_scale=6.0, score_cap=2.0)
    tree = tree_of(SMALL)
    policy = Policy(GemmaDecoder(tree, 5, sizes, published_ids(SMALL)), SMALL, tree).double()
    mask = torch.tensor([[True] * 4, [True, True, False, False]]) if masked else None
    memory = Memory(torch.randn(2, 4, 5, dtype=torch.float64), mask)
    with torch.no_grad():
        for weight in policy.parameters():
            weight.copy_(torch.randn_like(weight))
        probs = leaf_probs(policy, memory)
        tokens = tree.leaf_tokens.expand(2, -1, -1)
        logits = policy.model.sequence_logits(memory, tokens)
        by_leaf = policy.next_token_log_probs(logits, policy.states_on_path(tokens))
        by_leaf = by_leaf.gather(-1, tokens.unsqueeze(-1)).squeeze(-1).sum(-1)
        torch.testing.assert_close(probs.log(), by_leaf)
        assert probs.std() > 0.1 / tree.n_leaves
        state = policy.model.start(memory, 3)
        few = tokens[:, [0, 17, 50]]
        steps = [state.step(None)] + [state.step(few[..., step]) for step in range(few.shape[-1] - 1)]
        torch.testing.assert_close(torch.stack(steps, dim=2), policy.model.sequence_logits(memory, few))
        found = best_first(policy, memory, BestFirst(tolerance=0.0, max_nodes=4 * tree.n_nodes, priority="mass"))
    assert found.is_whole.all()
    in_order = torch.empty_like(probs).scatter_(1, tree.leaf_of(found.tokens), found.log_probs.exp())
    torch.testing.assert_close(in_order, probs)


def test_the_names_are_those_of_the_published_file() -> None:
    """Names and shapes of the released sizes make a file of as many bytes as the released one has."""
    part = {
        "vocab_size": 256_000,
        "hidden_size": 512,
        "intermediate_size": 1024,
        "num_hidden_layers": 8,
        "num_attention_heads": 8,
        "num_key_value_heads": 8,
        "head_dim": 64,
    }
    sizes = GemmaSizes(
        dim=512, n_layers=8, feed_forward_dim=1024, n_heads=8, n_key_value_heads=8, head_dim=64, score_scale=64.0
    )
    codec = PermissiveIEEECodec(exponent_digits=2, mantissa_digits=5)
    with torch.device("meta"):
        config = transformers.T5GemmaConfig(encoder=dict(part), decoder=dict(part), is_encoder_decoder=False)
        encoder = transformers.T5GemmaEncoderModel(config).encoder
    decoder = GemmaDecoder(tree_of(codec), 512, sizes, published_ids(codec)).state_dict()
    shapes = {f"{ENCODER}{name}": tuple(value.shape) for name, value in encoder.state_dict().items()}
    shapes |= {theirs: tuple(decoder[ours].shape) for theirs, ours in decoder_names(8).items()}
    assert sum(torch.Size(shape).numel() for shape in shapes.values()) == 181_458_944
    shapes |= {name: (1, 13) for name in UNUSED}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name in sorted(shapes):
        start, end = end, end + 4 * torch.Size(shapes[name]).numel()
        header[name] = {"dtype": "F32", "shape": list(shapes[name]), "data_offsets": [start, end]}
    length = len(json.dumps(header, separators=(",", ":")))
    assert 8 + length + (-length) % 8 + end == 725_864_700


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"use_regression_head": True}, "regression head"),
        ({"decoder_tokenizer": "P10"}, "as IEEE does"),
        ({"decoder_vocab_size": 14}, "must have 13 ids"),
        ({"backbone_config": None}, "must have a backbone_config"),
    ],
)
def test_models_of_other_kinds_are_refused(
    published: tuple[Path, Any], tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    config = json.loads((published[0] / "config.json").read_text())
    copied(published[0], tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config | changes))
    with pytest.raises(ValueError, match=message):
        load_regression_lm(tmp_path)


def test_what_is_missing_or_unknown_is_said(published: tuple[Path, Any], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"has no config\.json"):
        load_regression_lm(tmp_path)
    copied(published[0], tmp_path)
    weights = load_file(published[0] / "model.safetensors")
    lost = weights.pop("model.lm_head.out_proj.weight")
    save_file(weights | {"model.head.weight": lost}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"unknown are \['model\.head\.weight'\] and missing are \['model\.lm_head"):
        load_regression_lm(tmp_path)
    save_file(weights | {"model.lm_head.out_proj.weight": lost[:, :3].contiguous()}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"must fit config\.json"):
        load_regression_lm(tmp_path)
    with pytest.raises(ValueError, match="'frozen' or 'full'"):
        load_regression_lm(published[0], tuning="lora")


def copied(source: Path, target: Path) -> None:
    """Copy a small published folder."""
    (target / "encoder_tokenizer").mkdir()
    for name in ("config.json", "model.safetensors", "encoder_tokenizer/tokenizer.json"):
        (target / name).write_bytes((source / name).read_bytes())
