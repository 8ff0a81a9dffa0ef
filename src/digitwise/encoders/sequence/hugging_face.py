"""Any pretrained model of transformers as an encoder of text: frozen, with low-rank adapters, or trained in full."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import torch
from jaxtyping import Int64
from torch import Tensor, nn

from digitwise.encoders.sequence.frozen_weights import leave_out
from digitwise.encoders.sequence.hugging_face_tokenizer import HuggingFaceTokenizer, Truncation
from digitwise.encoders.sequence.model_files import load_config, load_encoder
from digitwise.encoders.sequence.padding import trimmed
from digitwise.encoders.sequence.sequence import TextTokenizer
from digitwise.nn.memory import Memory
from digitwise.optional import optional_package

Tuning = Literal["frozen", "lora", "full"]
FACTORS = {"frozen": 1.0, "lora": 0.2, "full": 0.02}
MemoryOf = Literal["pooled", "tokens"]


@dataclass(frozen=True, kw_only=True)
class HuggingFace:
    """Read text with a pretrained model: an encoder, the encoder of an encoder-decoder, or a decoder without its head.

    Needs transformers (extra ``text``) and, for adapters, peft (extra ``llm``). Files are read when a tokenizer or a
    module is made, and only those that are here: nothing is downloaded.

    Parameters
    ----------
    path
        A folder, or the name of a model that is in the local cache.
    tuning
        What is trained: ``"frozen"`` nothing, ``"lora"`` adapters of low rank beside every linear map, ``"full"``
        everything.
    memory
        ``"pooled"``: one memory token, the mean over the text, for every decoder. ``"tokens"``: all of them, for the
        transformer decoder.
    max_length, truncation
        Ids of a text at the most, and what is kept of longer ones (`HuggingFaceTokenizer`).
    gradient_checkpointing
        Compute the hidden layers again on the way back: half as fast again, in a fraction of the memory.
    lora_rank
        Rank of the adapters.
    learning_rate_factor
        The model's own weights learn at this multiple of the estimator's learning rate; ``"auto"``: 0.02 in full and
        0.2 for adapters, which with a rate of 1e-3 are the usual 2e-5 and 2e-4.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Notes
    -----
    What is stored of a fitted module (its ``state_dict``) is what was trained, and a fingerprint of the rest
    (`leave_out`): everything with ``"full"``, adapters with ``"lora"``, nothing else with ``"frozen"``. To load
    it, ``path`` must lead to the same files.

    References
    ----------
    Hu et al., "LoRA", arXiv 2106.09685. *Differs from the paper*: adapters beside all linear maps, not only those of
    queries and values; their scale is 2.

    Examples
    --------
    >>> HuggingFace(path="models/all-MiniLM-L6-v2", tuning="lora").lora_rank
    8
    """

    path: str | os.PathLike[str]
    tuning: Tuning = "frozen"
    memory: MemoryOf = "pooled"
    max_length: int = 512
    truncation: Truncation = "head_and_tail"
    gradient_checkpointing: bool = False
    lora_rank: int = 8
    learning_rate_factor: float | Literal["auto"] = "auto"

    def __post_init__(self) -> None:
        """Check the settings; no file is looked at."""
        object.__setattr__(self, "path", os.fspath(self.path))
        choices = {
            "tuning": ("frozen", "lora", "full"),
            "memory": ("pooled", "tokens"),
            "truncation": ("head_and_tail", "head"),
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, but got {getattr(self, name)!r}.")
        for name in ("max_length", "lora_rank"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, but got {getattr(self, name)}.")
        if not isinstance(self.learning_rate_factor, str) and not self.learning_rate_factor > 0:
            raise ValueError(f"learning_rate_factor must be positive, but got {self.learning_rate_factor}.")
        if self.gradient_checkpointing and self.tuning == "frozen":
            raise ValueError("gradient_checkpointing spares gradients, of which a frozen model has none: leave it out.")

    @property
    def _path(self) -> str:
        return os.fspath(self.path)

    def tokenizer(self, texts: Sequence[str]) -> HuggingFaceTokenizer:
        """Return the model's own tokenizer; there is nothing to learn.

        Raises
        ------
        FileNotFoundError
            If its files are not here.
        ValueError
            If the model cannot read texts as long as ``max_length``.
        """
        limit = getattr(load_config(self._path), "max_position_embeddings", None)
        if limit is not None and self.max_length > limit:
            raise ValueError(
                f"max_length must not exceed the {limit} positions of the model in {self.path!r}, but got "
                f"{self.max_length}."
            )
        tokenizer = HuggingFaceTokenizer(path=self._path, max_length=self.max_length, truncation=self.truncation)
        tokenizer.n_ids  # noqa: B018 - says at once when there are no files
        return tokenizer

    def build(self, tokenizer: TextTokenizer) -> "PretrainedEncoder":
        """Return the pretrained encoder.

        Raises
        ------
        FileNotFoundError
            If its files are not here.
        ValueError
            If the files lack weights.
        ModuleNotFoundError
            If transformers, or peft where it is needed, is not installed.
        """
        model = load_encoder(self._path)
        if self.tuning == "lora":
            model = _with_adapters(model, self.lora_rank)
        if self.gradient_checkpointing:
            _compute_again(model)
        encoder = PretrainedEncoder(model, tuning=self.tuning, memory=self.memory)
        given = self.learning_rate_factor
        encoder.learning_rate_factor = FACTORS[self.tuning] if isinstance(given, str) else given
        return encoder


class PretrainedEncoder(nn.Module):
    """A model of transformers that reads ids and hands over its last hidden states.

    Parameters
    ----------
    model
        Takes ``input_ids`` and ``attention_mask``; returns ``last_hidden_state``.
    tuning
        As in `HuggingFace`. A frozen model has no gradient, keeps nothing for one, and never uses dropout.
    memory
        As in `HuggingFace`.
    """

    is_pretrained = True
    learning_rate_factor = 1.0

    def __init__(self, model: nn.Module, *, tuning: Tuning, memory: MemoryOf) -> None:
        super().__init__()
        self.model, self._memory, self._is_frozen = model, memory, tuning == "frozen"
        self.out_dim = int(model.config.hidden_size)  # type: ignore[union-attr, arg-type]
        if self._is_frozen:
            model.requires_grad_(False).eval()
        if tuning != "full":
            trained = {name for name, weight in self.named_parameters() if weight.requires_grad}
            leave_out(self, [name for name in self.state_dict() if name not in trained])

    def train(self, mode: bool = True) -> Self:
        """Turn training on or off; a frozen model stays as it is."""
        super().train(mode)
        if self._is_frozen:
            self.model.eval()
        return self

    def forward(self, ids: Int64[Tensor, "batch length"]) -> Memory:
        """Return the memory of a batch of rows; padding beyond the longest one costs nothing."""
        known, mask = trimmed(ids)
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self._is_frozen):
            hidden = self.model(input_ids=known, attention_mask=mask.long()).last_hidden_state
        memory = Memory(hidden, None if mask.all() else mask)
        return memory if self._memory == "tokens" else Memory(memory.pooled.unsqueeze(1))


def _with_adapters(model: Any, rank: int) -> Any:
    """Return the model with adapters of some rank beside all linear maps; nothing else has a gradient."""
    peft = optional_package("peft", "tuning='lora' needs peft.", "llm")
    config = peft.LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules="all-linear", bias="none")
    return peft.get_peft_model(model, config)


def _compute_again(model: Any) -> None:
    """Turn on gradient checkpointing, under the name that it has in this version of transformers."""
    if hasattr(model, "activation_checkpointing_enable"):
        model.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
    else:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
