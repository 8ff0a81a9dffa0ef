"""The estimators, small enough for tests."""

from digitwise import (
    BestFirst,
    DecodingRegressor,
    HistogramRegressor,
    MixtureDensityRegressor,
    NormalizedCodec,
    PointwiseRegressor,
    QuantileRegressor,
    Transformer,
)

CODEC = NormalizedCodec(base=2, length=6)
SMALL = {"preset": "plain", "hidden_dim": 32, "n_layers": 2, "dropout": 0.0, "random_state": 0, "learning_rate": 3e-3}

ESTIMATORS = {
    "decoding": lambda **more: DecodingRegressor(**{"codec": CODEC, "finetune": None} | SMALL | more),
    "decoding_two_stages": lambda **more: DecodingRegressor(**{"codec": CODEC, "finetune": "crps"} | SMALL | more),
    "transformer": lambda **more: DecodingRegressor(
        codec=NormalizedCodec(base=4, length=3),
        decoder=Transformer(dim=16, n_heads=2, n_layers=1, feed_forward_dim=32, dropout=0.0),
        **SMALL | more,
    ),
    "open_tree": lambda **more: DecodingRegressor(
        codec=NormalizedCodec(base=10, length=6),
        decoder=Transformer(dim=16, n_heads=2, n_layers=1, feed_forward_dim=32, dropout=0.0),
        objective="cross_entropy",  # smoothed targets of an open tree are drawn, and the loss is not the same twice
        enumeration=BestFirst(max_nodes=16),
        **SMALL | more,
    ),
    "ensemble": lambda **more: DecodingRegressor(
        **{"codec": CODEC, "finetune": None} | SMALL | {"n_members": 3, "numeric_embedding": "piecewise_linear"} | more
    ),
    "boosted": lambda **more: DecodingRegressor(**{"codec": CODEC, "model": "boosted"} | SMALL | more),
    "mixed": lambda **more: DecodingRegressor(
        **{"codec": CODEC, "finetune": None, "model": "mixed", "n_members": 2} | SMALL | more
    ),
    "folds": lambda **more: DecodingRegressor(
        **{"codec": CODEC, "finetune": None, "n_folds": 2, "numeric_embedding": "periodic"} | SMALL | more
    ),
    "pointwise_ensemble": lambda **more: PointwiseRegressor(**SMALL | {"n_members": 2} | more),
    "pointwise": lambda **more: PointwiseRegressor(**SMALL | more),
    "histogram": lambda **more: HistogramRegressor(n_bins=32, **SMALL | more),
    "mixture_density": lambda **more: MixtureDensityRegressor(n_components=3, **SMALL | more),
    "quantile": lambda **more: QuantileRegressor(n_quantiles=20, **SMALL | more),
}
