"""Tiny pretrained models with random weights, written to a folder."""

from pathlib import Path

import torch

WORDS = ["a", "b", "c", "d", "e", "f", "g", "h"]


def write_model(kind: str, folder: Path, seed: int = 0) -> str:
    """Write a model of a kind ("bert", "gpt2" or "t5") and its tokenizer; return the folder."""
    import transformers
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing

    vocabulary = {word: index for index, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    words = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    words.pre_tokenizer = Whitespace()
    if kind == "bert":
        ends = [(end, vocabulary[end]) for end in ("[CLS]", "[SEP]")]
        words.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    transformers.PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]").save_pretrained(folder)
    torch.manual_seed(seed)
    size = len(vocabulary)
    if kind == "bert":
        sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
        config = transformers.BertConfig(vocab_size=size, max_position_embeddings=40, **sizes)
        model = transformers.BertModel(config)
    elif kind == "gpt2":
        config = transformers.GPT2Config(vocab_size=size, n_positions=40, n_embd=16, n_layer=2, n_head=2)
        model = transformers.GPT2Model(config)
    else:
        config = transformers.T5Config(vocab_size=size, d_model=16, d_kv=8, d_ff=16, num_layers=2, num_heads=2)
        model = transformers.T5Model(config)
    model.save_pretrained(folder)
    return str(folder)
