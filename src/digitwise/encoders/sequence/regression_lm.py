"""Published regression language models: T5Gemma that reads text and writes the digits of a number."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from jaxtyping import Int64
from torch import Tensor

from digitwise.codecs import PermissiveIEEECodec, tree_of
from digitwise.codecs.open_tree import OpenTree
from digitwise.codecs.tree import DigitTree
from digitwise.encoders.sequence.hugging_face import PretrainedEncoder, Tuning
from digitwise.encoders.sequence.hugging_face_tokenizer import HuggingFaceTokenizer
from digitwise.encoders.sequence.published_names import ENCODER, UNUSED, decoder_names
from digitwise.nn.gemma_decoder import GemmaDecoder
from digitwise.nn.gemma_layer import GemmaSizes
from digitwise.optional import optional_package

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "encoder_tokenizer"
PLUS, MINUS, FIRST_DIGIT = 1, 2, 3
"""Published ids: padding, which also starts a number, is 0; then come signs and digits in the order of their signs."""
MAX_LENGTH = 2048
"""Tokens of a text, as published."""


@dataclass(frozen=True, kw_only=True)
class RegressionLM:
    """A published model, taken apart.

    Parameters
    ----------
    tokenizer
        Texts to ids; the beginning of long ones, as published.
    encoder
        Ids to memory, all tokens.
    decoder
        Memory to digits.
    codec
        Digits to numbers.
    tree
        The codec's digit tree, an open one for the published number of digits.
    """

    tokenizer: HuggingFaceTokenizer
    encoder: PretrainedEncoder
    decoder: GemmaDecoder
    codec: PermissiveIEEECodec
    tree: DigitTree | OpenTree


def load_regression_lm(
    path: str | Path, *, tuning: Tuning = "frozen", max_length: int = MAX_LENGTH, caps_scores: bool = True
) -> RegressionLM:
    """Return the parts of a published model, in float32, from files that are here; nothing is downloaded.

    ``Policy(model.decoder, model.codec, model.tree)`` then gives the probabilities of the published code: of
    constrained decoding on its cache, in which the start of the number is seen by all digits. Needs transformers (extra
    ``text``).

    Parameters
    ----------
    path
        The folder with ``config.json``, ``model.safetensors`` and ``encoder_tokenizer/``.
    tuning
        Of the encoder, ``"frozen"`` or ``"full"``; the decoder can always be trained.
    max_length
        Ids of a text at the most.
    caps_scores
        Whether attention scores are capped as ``config.json`` says. Versions of transformers differ in whether they
        do: code that calls torch's fused attention does not. Scores far below the cap, 50, hardly change.

    Raises
    ------
    FileNotFoundError
        If a file is not here.
    ValueError
        If the model is of another kind.

    Notes
    -----
    *Differs from* the published code: the probabilities that are trained are those of constrained decoding, where the
    published training loss is a softmax over all 13 ids.

    Before the code, inputs of the published model have a line with the name of the data: ``APPS`` or ``KBSS``; before
    CodeNet's two lines, ``# CDSS`` and ``# Language: Python``.

    References
    ----------
    Akhauri et al., "Regression Language Models for Code", arXiv 2509.26476; weights and code are at
    ``akhauriyash/RLM-GemmaS-Code-v0``.
    """
    folder = Path(path)
    for name in (CONFIG, WEIGHTS, TOKENIZER):
        if not (folder / name).exists():
            raise FileNotFoundError(
                f"A published regression language model is a folder with {CONFIG}, {WEIGHTS} and {TOKENIZER}/, but "
                f"{str(folder)!r} has no {name}. Nothing is downloaded: fetch the whole repository first."
            )
    if tuning == "lora":
        raise ValueError("The encoder of a published model is loaded 'frozen' or 'full', but got tuning='lora'.")
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    codec = codec_of(config)
    weights = safetensors.torch.load_file(folder / WEIGHTS)
    backbone = _backbone(config, caps_scores)
    tree = tree_of(codec)
    decoder = GemmaDecoder(
        tree, backbone.encoder.hidden_size, gemma_sizes(backbone.decoder), published_ids(codec)
    ).eval()
    names = decoder_names(backbone.decoder.num_hidden_layers)
    _check_names(weights, names)
    _load(decoder, {ours: weights[theirs] for theirs, ours in names.items()})
    transformers = optional_package("transformers", "Published regression language models need transformers.", "text")
    encoder = transformers.T5GemmaEncoderModel(backbone).encoder.float().eval()
    _load(encoder, {name.removeprefix(ENCODER): value for name, value in weights.items() if name.startswith(ENCODER)})
    tokenizer = HuggingFaceTokenizer(path=str(folder / TOKENIZER), max_length=max_length, truncation="head")
    return RegressionLM(
        tokenizer=tokenizer,
        encoder=PretrainedEncoder(encoder, tuning=tuning, memory="tokens"),
        decoder=decoder,
        codec=codec,
        tree=tree,
    )


def codec_of(config: dict[str, Any]) -> PermissiveIEEECodec:
    """Return the codec that a published configuration describes.

    Raises
    ------
    ValueError
        If the model writes no numbers, or writes them in another way.

    Examples
    --------
    >>> codec_of({"decoder_tokenizer": "IEEE", "ieee_exponent_digits": 2, "ieee_mantissa_digits": 5})
    PermissiveIEEECodec(base=10, exponent_digits=2, mantissa_digits=5)
    """
    if config.get("use_regression_head"):
        raise ValueError("The model must write numbers, but this one has a regression head (use_regression_head).")
    kind, base = str(config.get("decoder_tokenizer", "P10")), int(config.get("ieee_base", 10))
    if not kind.upper().startswith("IEEE") or base > 10:
        raise ValueError(
            f"The model must write numbers as IEEE does, in a base up to 10, but got decoder_tokenizer={kind!r} and "
            f"ieee_base={base}."
        )
    codec = PermissiveIEEECodec(
        base=base,
        exponent_digits=int(config["ieee_exponent_digits"]),
        mantissa_digits=int(config["ieee_mantissa_digits"]),
    )
    n_ids = config.get("decoder_vocab_size") or FIRST_DIGIT + base
    if n_ids != FIRST_DIGIT + base:
        raise ValueError(f"The decoder must have {FIRST_DIGIT + base} ids (padding, signs, digits), but has {n_ids}.")
    return codec


def published_ids(codec: PermissiveIEEECodec) -> Int64[Tensor, "step vocab"]:
    """Return the published id of each of our tokens in each place: signs in the first two, digits in the others.

    Examples
    --------
    >>> published_ids(PermissiveIEEECodec(base=3, exponent_digits=1, mantissa_digits=1)).tolist()
    [[2, 1, 0], [2, 1, 0], [3, 4, 5], [3, 4, 5]]
    """
    table = torch.arange(codec.vocab_size).add(FIRST_DIGIT).repeat(codec.length, 1)
    table[:2] = 0
    table[:2, :2] = torch.tensor([MINUS, PLUS])
    return table


def gemma_sizes(config: Any) -> GemmaSizes:
    """Return the sizes of a decoder of T5Gemma from its part of the configuration.

    Raises
    ------
    ValueError
        If its layers are of another kind.
    """
    if config.attention_bias or config.hidden_activation != "gelu_pytorch_tanh":
        raise ValueError(
            "The decoder must have gelu_pytorch_tanh and no biases in attention, but got "
            f"{config.hidden_activation} and attention_bias={config.attention_bias}."
        )
    return GemmaSizes(
        dim=config.hidden_size,
        n_layers=config.num_hidden_layers,
        feed_forward_dim=config.intermediate_size,
        n_heads=config.num_attention_heads,
        n_key_value_heads=config.num_key_value_heads,
        head_dim=config.head_dim,
        score_scale=float(config.query_pre_attn_scalar),
        score_cap=config.attn_logit_softcapping,
        logit_cap=config.final_logit_softcapping,
        rope_base=float(config.rope_parameters["rope_theta"]),
        norm_eps=config.rms_norm_eps,
    )


def _backbone(config: dict[str, Any], caps_scores: bool) -> Any:
    """Return the configuration of T5Gemma inside a published one."""
    transformers = optional_package("transformers", "Published regression language models need transformers.", "text")
    parts = config.get("backbone_config")
    if not parts:
        raise ValueError(f"{CONFIG} must have a backbone_config, that of T5Gemma, but has none.")
    backbone = transformers.T5GemmaConfig(**parts)
    backbone.is_encoder_decoder = False  # as the encoder alone expects it
    if config.get("encoder_vocab_size") is not None:
        backbone.encoder.vocab_size = int(config["encoder_vocab_size"])
    if not caps_scores:
        backbone.encoder.attn_logit_softcapping = backbone.decoder.attn_logit_softcapping = None
    return backbone


def _check_names(weights: dict[str, Tensor], decoder: dict[str, str]) -> None:
    """Check that every weight belongs somewhere, and that none of the decoder's is missing."""
    unknown = sorted(name for name in weights if not name.startswith(ENCODER) and name not in decoder.keys() | UNUSED)
    missing = sorted(name for name in decoder if name not in weights)
    if unknown or missing:
        raise ValueError(
            f"{WEIGHTS} must have the names of digitwise.encoders.sequence.published_names, but unknown are "
            f"{unknown[:3]} and missing are {missing[:3]} ({len(unknown)} and {len(missing)} in all)."
        )


def _load(module: torch.nn.Module, state: dict[str, Tensor]) -> None:
    """Load weights, all of them, in the precision of the module."""
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(f"{WEIGHTS} must fit {CONFIG}, but it does not: {error}") from error
