"""Codecs by name, fitted to the targets."""

import numpy as np
import pytest
import torch

from digitwise.codecs import Bounded, NormalizedCodec, ScientificCodec
from digitwise.codecs.auto_scaling import IDENTITY, make_scaling
from digitwise.codecs.fitted_codec import CODEC_NAMES, fitted_codec

COUNTS = np.random.default_rng(0).poisson(5.0, 200).astype(float)
WIDE = 10 ** np.random.default_rng(1).uniform(0.0, 6.0, 200)


@pytest.mark.parametrize("name", CODEC_NAMES)
def test_every_name_writes_every_target_within_its_bounds(name: str) -> None:
    fitted = fitted_codec(name, COUNTS, low=0.0, high=40.0)
    assert fitted.reason.endswith(".")
    z = torch.as_tensor(fitted.scaling.forward(COUNTS))
    written = fitted.scaling.inverse(fitted.codec.decode(fitted.codec.encode(z)).numpy())
    np.testing.assert_allclose(written, COUNTS, atol=0.2)
    low, high = fitted.scaling.inverse(np.array(fitted.codec.span))
    assert low >= -1e-9 and high <= 40.0 + 1e-9


def test_names() -> None:
    assert fitted_codec("normalized", WIDE).codec == NormalizedCodec(base=2, length=8)
    assert fitted_codec("normalized", WIDE).scaling == make_scaling("auto", WIDE).scaling
    assert fitted_codec("normalized-10x3", WIDE, scaling="affine").scaling == make_scaling("affine", WIDE).scaling
    two, three = fitted_codec("scientific", WIDE), fitted_codec("scientific-3", WIDE)
    assert isinstance(two.codec, Bounded) and isinstance(three.codec, Bounded)
    digits = [codec.n_digits for codec in (two.codec.codec, three.codec.codec) if isinstance(codec, ScientificCodec)]
    assert (digits, two.scaling) == ([2, 3], IDENTITY)


@pytest.mark.parametrize(("y", "name"), [(COUNTS, "integer"), (WIDE**7, "scientific"), (WIDE, "normalized")])
def test_auto_says_what_it_took_and_why(y: np.ndarray, name: str) -> None:
    fitted = fitted_codec("auto", y)
    assert fitted.name == name
    assert f"Why {name}: " in fitted.reason


@pytest.mark.parametrize(
    ("name", "settings", "complaint"),
    [
        ("roman", {}, "codec must be one of normalized"),
        ("integer", {}, "needs whole numbers"),
        ("integer", {"integer": True}, "integer=True needs whole numbers"),
        ("scientific", {"scaling": "log"}, 'scaling must be "auto"'),
        ("normalized", {"scaling": "logarithm"}, "scaling must be one of"),
        ("normalized", {"low": 10.0}, "lie below"),
        ("normalized", {"low": 10.0, "high": 1.0}, "low must lie below high"),
    ],
)
def test_what_does_not_fit_is_an_error(name: str, settings: dict, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        fitted_codec(name, WIDE + 0.25, **settings)


def test_too_many_integers_are_an_error_that_names_the_way_out() -> None:
    with pytest.raises(ValueError, match='Use "scientific"'):
        fitted_codec("integer", np.array([0.0, 1e6]))
