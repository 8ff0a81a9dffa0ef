"""Numbers as text and back."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.codecs import DecimalCodec


@pytest.mark.parametrize(
    ("options", "z", "text"),
    [
        ({}, 123.45, "+0123.45"),
        ({}, -0.004, "+0000.00"),
        ({}, -9e9, "-9999.99"),
        ({"signed": False}, 123.455, "0123.46"),
        ({"n_integer": 2, "n_fraction": 0}, -7.2, "-07"),
        ({"n_integer": 1, "n_fraction": 3, "signed": False}, 0.0005, "0.001"),
    ],
)
def test_text(options: dict[str, int], z: float, text: str) -> None:
    codec = DecimalCodec(**options)
    assert codec.write(torch.tensor([z, z], dtype=torch.float64)) == [text, text]
    assert codec.read([text]).tolist() == [float(text)]
    assert len(text) == codec.length


@settings(max_examples=100, deadline=None)
@given(
    n_integer=st.integers(1, 6),
    n_fraction=st.integers(0, 6),
    signed=st.booleans(),
    z=st.lists(st.floats(-1e7, 1e7), max_size=10),
)
def test_text_is_what_the_tokens_say(n_integer: int, n_fraction: int, signed: bool, z: list[float]) -> None:
    codec = DecimalCodec(n_integer=n_integer, n_fraction=n_fraction, signed=signed)
    numbers = torch.tensor(z, dtype=torch.float64)
    assert torch.equal(codec.read(codec.write(numbers)), codec.decode(codec.encode(numbers)))


@pytest.mark.parametrize(
    "text",
    [
        "12.5",
        "0012.50",
        "+012.50",
        "+0012.5",
        "+0012,50",
        "+00a2.50",
        " +0012.50",
        "+0012.50\n",
        "",
        "-0000.00",
        "++012.50",
        "+٠٠١٢.٥٠",
    ],
)
def test_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be written like \+0000\.00, and not as minus zero, but got"):
        DecimalCodec().read(["+0012.50", text])


def test_without_a_sign_signs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must be written like 00, "):
        DecimalCodec(n_integer=2, n_fraction=0, signed=False).read(["-1"])
