"""Decoders by name: settings that build a next-token model of the right size."""

import pytest
import torch
from torch import nn

from digitwise.nn import Decoder, DigitDecoder, Memory, NextTokenModel, Transformer, Tree, TreeDecoder
from tests.contracts.policies import CODECS, make_policy


@pytest.mark.parametrize(("settings", "kind"), [(Tree(), TreeDecoder), (Transformer(), DigitDecoder)])
def test_settings_build_a_model_for_the_tree(settings: Decoder, kind: type[nn.Module]) -> None:
    assert isinstance(settings, Decoder)
    tree = make_policy("tree-10x3").tree
    model = settings.build(tree, 7)
    assert isinstance(model, kind)
    assert isinstance(model, NextTokenModel)
    assert (model.vocab_size, model.length) == (10, 3)


@pytest.mark.parametrize("codec", list(CODECS))
def test_sizes_of_a_transformer(codec: str) -> None:
    settings = Transformer(dim=24, n_heads=3, n_layers=3, feed_forward_dim=40, dropout=0.25)
    tree = make_policy(f"tree-{codec}").tree
    model = settings.build(tree, 7)
    assert isinstance(model, DigitDecoder)
    assert model.token_embedding.weight.shape == (tree.vocab_size + 1, 24)  # one more starts a sequence
    assert model.position.shape == (tree.length, 24)
    assert model.memory_proj.weight.shape == (24, 7)
    assert model.out.weight.shape == (tree.vocab_size, 24)
    assert len(model.layers) == 3
    assert {module.p for module in model.modules() if isinstance(module, nn.Dropout)} == {0.25}
    widths = [layer.feed_forward[0].out_features for layer in model.layers]
    assert widths == [40, 40, 40]


@pytest.mark.parametrize("codec", list(CODECS))
def test_sizes_of_a_tree(codec: str) -> None:
    tree = make_policy(f"tree-{codec}").tree
    model = Tree().build(tree, 7)
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    n_logits = 1 if tree.vocab_size == 2 else tree.vocab_size  # of two digits only the second has weights
    assert shapes == {"weight": (n_logits, tree.n_nodes, 7), "bias": (n_logits, tree.n_nodes)}


def test_what_can_be_rebuilt_from_the_codec_is_not_saved() -> None:
    for name in ("tree-10x3", "transformer-10x3"):
        model = make_policy(name).model
        assert set(model.state_dict()) == {key for key, _ in model.named_parameters()}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dim": 0}, "dim must be at least 1, but got 0"),
        ({"n_layers": 0}, "n_layers must be at least 1, but got 0"),
        ({"n_heads": -1}, "n_heads must be at least 1, but got -1"),
        ({"feed_forward_dim": 0}, "feed_forward_dim must be at least 1, but got 0"),
        ({"dim": 10, "n_heads": 4}, "dim must be a multiple of n_heads, but got dim=10 and n_heads=4"),
        ({"dropout": 1.0}, r"dropout must lie in \[0, 1\), but got 1\.0"),
        ({"dropout": -0.1}, r"dropout must lie in \[0, 1\), but got -0\.1"),
        ({"dropout": float("nan")}, r"dropout must lie in \[0, 1\), but got nan"),
    ],
)
def test_bad_settings_are_named(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Transformer(**settings)


def test_dropout_acts_in_training_only() -> None:
    policy = make_policy("tree-2x8")
    model = Transformer(dim=16, n_heads=2, n_layers=1, feed_forward_dim=16, dropout=0.5).build(policy.tree, 16)
    assert isinstance(model, DigitDecoder)
    memory = torch.randn(3, 1, 16)

    def ask() -> torch.Tensor:
        return model.node_logits(Memory(memory))

    model.train()
    assert not torch.equal(ask(), ask())
    model.eval()
    assert torch.equal(ask(), ask())
