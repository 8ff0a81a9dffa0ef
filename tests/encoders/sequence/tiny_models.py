"""Folders of tiny, randomly initialised models of transformers, with a tokenizer of bytes."""

from pathlib import Path

import torch

SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
GROUPED = {**SIZES, "num_key_value_heads": 1, "head_dim": 8}
SPECIAL = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
ARCHITECTURES = ("bert", "t5", "t5gemma", "qwen3")


def write_tokenizer(folder: Path, *, with_ends: bool) -> int:
    """Write a tokenizer of single bytes, and return how many ids it has."""
    import tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate([*SPECIAL.values(), *alphabet])}
    fast = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    fast.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    if with_ends:
        ends = [(token, vocabulary[token]) for token in ("<s>", "</s>")]
        fast.post_processor = tokenizers.processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    PreTrainedTokenizerFast(tokenizer_object=fast, **SPECIAL).save_pretrained(folder)
    return len(vocabulary)


def write_model(folder: Path, architecture: str, seed: int = 0) -> Path:
    """Write a model and its tokenizer, and return the folder."""
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    n_ids = write_tokenizer(folder, with_ends=architecture != "qwen3")
    torch.manual_seed(seed)
    if architecture == "bert":
        config = transformers.BertConfig(vocab_size=n_ids, max_position_embeddings=96, **SIZES)
        model = transformers.BertForMaskedLM(config)
    elif architecture == "t5":
        config = transformers.T5Config(vocab_size=n_ids, d_model=16, d_kv=8, d_ff=24, num_layers=2, num_heads=2)
        model = transformers.T5ForConditionalGeneration(config)
    elif architecture == "t5gemma":
        part = {**GROUPED, "vocab_size": n_ids, "query_pre_attn_scalar": 8}
        config = transformers.T5GemmaConfig(encoder=dict(part), decoder=dict(part), vocab_size=n_ids)
        model = transformers.T5GemmaForConditionalGeneration(config)
    else:
        model = transformers.Qwen3ForCausalLM(transformers.Qwen3Config(vocab_size=n_ids, **GROUPED))
    model.save_pretrained(folder)
    return folder
