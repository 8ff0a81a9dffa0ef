"""Embeddings of texts by a pretrained model that stays as it is (Hugging Face transformers).

Encoders, the encoder of encoder-decoder models, and decoder-only models alike: what counts is the last hidden state of
each token, pooled to one vector per text. The weights are not saved with what was learnt, only where they came from and
a fingerprint to tell them from others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from digitwise.encoders.text.directions import main_directions
from digitwise.encoders.text.features import MAX_CHARACTERS, check_texts, head_and_tail
from digitwise.encoders.text.guesses import Guesses, TextTargets, fit_guesses, text_keys
from digitwise.encoders.text.pretrained_model import PretrainedModel, loaded_model
from digitwise.encoders.text.read_once import made_once

PAD_TO = 16


@final
@dataclass(frozen=True, kw_only=True)
class Embeddings:
    """Settings of embeddings by a pretrained model.

    A row's features are the same whatever is beside it, up to rounding in float32: texts go through the model with
    others of about their length, each is padded to the next multiple of 16 tokens of its own, and padding is masked.

    Parameters
    ----------
    path
        Folder of the model and its tokenizer, or its name on the hub. It is loaded when it is first used.
    pooling
        ``"mean"`` over the tokens, the ``"first"`` token (``[CLS]``), or the ``"last"`` (for decoder-only models).
    n_components
        How many principal components of the training texts' vectors; None for the vectors as they are.
    max_tokens
        Of longer texts the first and the last half of so many tokens are read, special tokens included; the model's own
        limit if that is lower.
    batch_tokens
        How many tokens go through the model at once; it decides memory and speed only.
    device
        Where the model runs, as of torch.
    guess
        Whether the vectors, scaled to length 1, learn to guess at the targets, by ridge regression.

    Raises
    ------
    ValueError
        If the pooling is unknown or a size is too small.

    Examples
    --------
    >>> Embeddings(path="models/small-bert", n_components=32).pooling
    'mean'
    """

    path: str
    pooling: Literal["mean", "first", "last"] = "mean"
    n_components: int | None = 64
    max_tokens: int = 512
    batch_tokens: int = 8192
    device: str = "cpu"
    guess: bool = True
    learns_from_targets: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.pooling not in ("mean", "first", "last"):
            raise ValueError(f'pooling must be "mean", "first" or "last", but got {self.pooling!r}.')
        if (self.n_components is not None and self.n_components < 1) or self.max_tokens < 2 or self.batch_tokens < 1:
            raise ValueError(
                "n_components and batch_tokens must be at least 1 and max_tokens at least 2, but got "
                f"{self.n_components}, {self.batch_tokens} and {self.max_tokens}."
            )

    def fit(
        self, texts: Sequence[str], random_state: int = 0, targets: TextTargets | None = None
    ) -> "FittedEmbeddings":
        """Return the mean and the principal components of these texts' vectors, and guesses at the targets.

        Raises
        ------
        FileNotFoundError
            If the model cannot be loaded.
        ModuleNotFoundError
            If transformers is not installed.
        """
        check_texts(texts)
        model = loaded_model(self.path)
        mean, axes, guesses = np.zeros(model.dim), None, None
        if not self.guess:
            targets = None
        if self.n_components is not None or targets is not None:
            vectors = vectors_of(model, texts, self)
            valid = np.flatnonzero(~np.isnan(vectors[:, 0])).tolist()
            if self.n_components is not None:
                mean = vectors[valid].mean(axis=0) if len(valid) else mean
                axes = main_directions(vectors[valid] - mean, self.n_components, random_state)
            if targets is not None:
                keys = text_keys([texts[row] for row in valid])
                guesses = fit_guesses(of_length_one(vectors[valid]), keys, targets.take(valid), random_state)
        return FittedEmbeddings(settings=self, fingerprint=model.fingerprint, mean=mean, axes=axes, guesses=guesses)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedEmbeddings:
    """What `Embeddings` learnt, and the fingerprint of the model: its weights are loaded when they are needed."""

    kind: ClassVar[str] = "embeddings"
    settings: Embeddings
    fingerprint: str
    mean: Float[np.ndarray, " dim"]
    axes: Float32[np.ndarray, "dim direction"] | None
    guesses: Guesses | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """One name per dimension, then one per guess."""
        model = Path(self.settings.path).name
        n = len(self.mean) if self.axes is None else self.axes.shape[1]
        dimensions = tuple(f"{model} {i + 1}" for i in range(n))
        return dimensions + (() if self.guesses is None else self.guesses.names(model))

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return the vectors of the texts, then the guesses; NaN for texts without a token.

        Raises
        ------
        FileNotFoundError
            If the model cannot be loaded.
        ValueError
            If its weights are not those of training.
        """
        check_texts(texts)
        model = loaded_model(self.settings.path)
        if model.fingerprint != self.fingerprint:
            raise ValueError(
                f"The weights in {self.settings.path!r} are not those that these features were fitted with "
                f"(fingerprint {model.fingerprint}, expected {self.fingerprint}). Restore those, or fit again."
            )
        vectors = vectors_of(model, texts, self.settings)
        features: Float[np.ndarray, "row feature"] = vectors - self.mean
        if self.axes is not None:
            features = features @ self.axes.astype(np.float64)
        if self.guesses is not None:
            guesses = self.guesses.transform(of_length_one(vectors), text_keys(texts))
            features = np.concatenate([features, guesses], axis=1)
        return features

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt."""
        state = {"kind": self.kind, "settings": asdict(self.settings), "fingerprint": self.fingerprint}
        return {
            **state,
            "mean": self.mean,
            **({} if self.axes is None else {"axes": self.axes}),
            "guesses": None if self.guesses is None else self.guesses.to_dict(),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedEmbeddings":
        """Return what `to_dict` described; the model is loaded when it is first used."""
        axes = state.get("axes")
        return cls(
            settings=Embeddings(**state["settings"]),
            fingerprint=state["fingerprint"],
            mean=np.asarray(state["mean"], dtype=np.float64),
            axes=None if axes is None else np.asarray(axes, dtype=np.float32),
            guesses=None if state["guesses"] is None else Guesses.from_dict(state["guesses"]),
        )


def of_length_one(vectors: Float[np.ndarray, "row dim"]) -> Float[np.ndarray, "row dim"]:
    """Return vectors scaled to length 1; zero and NaN stay what they are."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths == 0, 1.0, lengths)


def vectors_of(model: PretrainedModel, texts: Sequence[str], settings: Embeddings) -> Float[np.ndarray, "row dim"]:
    """Return the same as `embed`, of `ReadOnce` only the first time: how many components are kept does not matter."""
    return made_once(
        texts, replace(settings, n_components=None, guess=False), lambda part: embed(model, part, settings)
    )


def embed(model: PretrainedModel, texts: Sequence[str], settings: Embeddings) -> Float[np.ndarray, "row dim"]:
    """Return one pooled vector per text, NaN for texts without a token."""
    limit = min(settings.max_tokens, model.max_tokens)
    tail = limit // 2
    ids: list[np.ndarray] = []
    for text in texts:
        row = model.tokenizer(head_and_tail(text, MAX_CHARACTERS), verbose=False)["input_ids"]
        kept = row if len(row) <= limit else [*row[: limit - tail], *row[len(row) - tail :]]
        ids.append(np.array(kept, dtype=np.int32))  # a tenth of what a list takes
    vectors = np.full((len(texts), model.dim), np.nan)
    encoder = model.encoder.to(settings.device)
    with torch.inference_mode():
        for width, rows in batches(list(map(len, ids)), limit, settings.batch_tokens):
            tokens = torch.zeros(len(rows), width, dtype=torch.int64)
            mask = torch.zeros(len(rows), width, dtype=torch.int64)
            for index, row in enumerate(rows):
                tokens[index, : len(ids[row])] = torch.from_numpy(ids[row])
                mask[index, : len(ids[row])] = 1
            tokens, mask = tokens.to(settings.device), mask.to(settings.device)
            hidden = encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
            vectors[rows] = pooled(hidden, mask, settings.pooling).double().cpu().numpy()
    return vectors


def batches(lengths: Sequence[int], limit: int, batch_tokens: int) -> Iterator[tuple[int, list[int]]]:
    """Yield the width and the rows of each batch: rows whose lengths have the same next multiple of 16.

    Examples
    --------
    >>> list(batches([3, 40, 0, 16, 15], 512, 32))
    [(16, [0, 3]), (16, [4]), (48, [1])]
    """
    by_width: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        if length:
            by_width.setdefault(min(limit, -(-length // PAD_TO) * PAD_TO), []).append(row)
    for width, rows in sorted(by_width.items()):
        n_rows = max(1, batch_tokens // width)
        for start in range(0, len(rows), n_rows):
            yield width, rows[start : start + n_rows]


def pooled(
    hidden: Float[Tensor, "batch token dim"], mask: Tensor, pooling: Literal["mean", "first", "last"]
) -> Float[Tensor, "batch dim"]:
    """Return one vector per row of hidden states, whose tokens come first and padding last."""
    if pooling == "first":
        return hidden[:, 0]
    if pooling == "last":
        return hidden[torch.arange(len(hidden)), mask.sum(dim=1) - 1]
    weights = mask.unsqueeze(2).to(hidden.dtype)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1)
