"""The specification of the normalised codec: number, digits, number after the round trip."""

import pytest
import torch

from digitwise.codecs import NormalizedCodec

TABLE = [
    # base, length, z, digits, decoded
    (2, 3, 0.0, [0, 0, 0], 0.0625),
    (2, 3, 0.125, [0, 0, 1], 0.1875),
    (2, 3, 0.4999, [0, 1, 1], 0.4375),
    (2, 3, 0.5, [1, 0, 0], 0.5625),
    (2, 3, 0.999, [1, 1, 1], 0.9375),
    (2, 3, 1.0, [1, 1, 1], 0.9375),
    (2, 3, -0.2, [0, 0, 0], 0.0625),
    (10, 3, 0.25, [2, 5, 0], 0.2505),
    (10, 3, 0.1, [1, 0, 0], 0.1005),
    (10, 3, 0.3, [3, 0, 0], 0.3005),
    (10, 3, 1.7, [9, 9, 9], 0.9995),
    (10, 3, float("inf"), [9, 9, 9], 0.9995),
    (10, 3, float("-inf"), [0, 0, 0], 0.0005),
    (16, 2, 0.5, [8, 0], 0.501953125),
]


@pytest.mark.parametrize(("base", "length", "z", "digits", "decoded"), TABLE)
def test_specification(base: int, length: int, z: float, digits: list[int], decoded: float) -> None:
    codec = NormalizedCodec(base=base, length=length)
    tokens = codec.encode(torch.tensor(z, dtype=torch.float64))
    assert tokens.tolist() == digits
    assert codec.decode(tokens).item() == pytest.approx(decoded)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"base": 1}, "base of at least 2"), ({"length": 0}, "length of at least 1"), ({"length": 60}, r"2\*\*52")],
)
def test_impossible_settings_are_refused(settings: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NormalizedCodec(**settings)


def test_any_shape_is_encoded() -> None:
    codec = NormalizedCodec(base=10, length=4)
    z = torch.rand(2, 3, 5, dtype=torch.float64)
    assert codec.encode(z).shape == (2, 3, 5, 4)
    assert codec.decode(codec.encode(z)).shape == z.shape
