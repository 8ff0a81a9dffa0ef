"""Where the weights of published regression language models belong: one table of names.

The files are those of ``akhauriyash/RLM-GemmaS-Code-v0``. Its own code wraps T5Gemma of transformers in an attribute
``model``, gives the decoder an embedding of 13 ids and a head of its own, and registers a bias that nothing reads.
"""

ENCODER = "model.model.encoder."
"""What follows is named as in ``transformers.T5GemmaEncoderModel``, without its own ``encoder.``."""

UNUSED = frozenset({"model.final_logits_bias"})
"""Stored, but read by no forward pass."""

DECODER = {
    "model.model.decoder.embed_tokens.weight": "token_embedding.weight",
    "model.model.decoder.norm.weight": "norm.weight",
    "model.lm_head.out_proj.weight": "out.weight",
}
DECODER_LAYER = "model.model.decoder.layers.{layer}."
LAYER = {
    "self_attn.q_proj": "self_attention.query",
    "self_attn.k_proj": "self_attention.key",
    "self_attn.v_proj": "self_attention.value",
    "self_attn.o_proj": "self_attention.out",
    "cross_attn.q_proj": "cross_attention.query",
    "cross_attn.k_proj": "cross_attention.key",
    "cross_attn.v_proj": "cross_attention.value",
    "cross_attn.o_proj": "cross_attention.out",
    "pre_self_attn_layernorm": "before_self",
    "post_self_attn_layernorm": "after_self",
    "pre_cross_attn_layernorm": "before_cross",
    "post_cross_attn_layernorm": "after_cross",
    "pre_feedforward_layernorm": "before_feed",
    "post_feedforward_layernorm": "after_feed",
    "mlp.gate_proj": "gate",
    "mlp.up_proj": "up",
    "mlp.down_proj": "down",
}
"""Published name of a part of a decoder layer: name in `digitwise.nn.gemma_layer.GemmaLayer`."""


def decoder_names(n_layers: int) -> dict[str, str]:
    """Return the published name of each weight of the decoder, and its name in `GemmaDecoder`.

    Examples
    --------
    >>> len(decoder_names(8))
    139
    """
    names = dict(DECODER)
    for layer in range(n_layers):
        prefix = DECODER_LAYER.format(layer=layer)
        names |= {f"{prefix}{theirs}.weight": f"layers.{layer}.{ours}.weight" for theirs, ours in LAYER.items()}
    return names
