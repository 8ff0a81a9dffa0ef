"""Pretrained text models from a folder or the hub, and what tells one set of weights from another."""

import hashlib
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import nn

from digitwise.optional import optional_package

VALUES_HASHED = 1024


class PretrainedModel(NamedTuple):
    """A loaded model: its tokenizer, what makes hidden states, their width, its longest input, and a fingerprint."""

    tokenizer: Any
    encoder: nn.Module
    dim: int
    max_tokens: int
    fingerprint: str


@lru_cache(maxsize=2)
def loaded_model(path: str) -> PretrainedModel:
    """Return the model of a folder or of a name on the hub, in float32, ready to encode; kept for the next call.

    Raises
    ------
    FileNotFoundError
        If it cannot be loaded.
    ModuleNotFoundError
        If transformers is not installed.
    """
    transformers = optional_package("transformers", "Embeddings of texts need transformers.", "text")
    messages = transformers.utils.logging
    shows_progress = messages.is_progress_bar_enabled()
    messages.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(path)
        model = transformers.AutoModel.from_pretrained(path, dtype=torch.float32).eval()
    except (OSError, ValueError) as error:
        raise FileNotFoundError(
            f"The text model {path!r} could not be loaded. It must be a folder with a model and its tokenizer as "
            f"transformers saves them, or a name on the hub that can be reached or is cached. ({error})"
        ) from error
    finally:
        if shows_progress:
            messages.enable_progress_bar()
    config = model.config.get_text_config() if hasattr(model.config, "get_text_config") else model.config
    encoder = model.get_encoder() if model.config.is_encoder_decoder else model
    limits = [getattr(config, "max_position_embeddings", None), tokenizer.model_max_length]
    longest = min(int(limit) for limit in limits if limit and limit > 0)
    return PretrainedModel(tokenizer, encoder, int(config.hidden_size), longest, fingerprint_of(encoder))


def fingerprint_of(network: nn.Module) -> str:
    """Return a hash of the names, the shapes and up to 1,024 evenly spaced values of each weight."""
    digest = hashlib.sha256()
    for name, weight in sorted(network.state_dict().items()):
        values = weight.detach().flatten()
        some = values[:: max(1, -(-len(values) // VALUES_HASHED))].to("cpu", torch.float32)
        digest.update(f"{name}{tuple(weight.shape)}".encode())
        digest.update(some.contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
