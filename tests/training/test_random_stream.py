"""Two users of one generator do not see each other's draws."""

import pytest
import torch

from digitwise.training.random_stream import RandomStream

CPU = torch.device("cpu")


def test_neither_side_sees_the_other() -> None:
    torch.manual_seed(1)
    expected_outside = torch.rand(4)
    torch.manual_seed(2)
    expected_inside = torch.rand(4)

    torch.manual_seed(1)
    stream = RandomStream(2, CPU)
    outside, inside = [], []
    for _ in range(4):
        outside.append(torch.rand(1))
        with stream:
            inside.append(torch.rand(1))
    assert torch.equal(torch.cat(outside), expected_outside)
    assert torch.equal(torch.cat(inside), expected_inside)


def test_the_callers_state_is_restored_after_an_error() -> None:
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError, match="broken"), RandomStream(0, CPU):
        torch.rand(3)
        raise RuntimeError("broken")
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_generator_of_the_device_is_swapped_too() -> None:
    device = torch.device("cuda")
    before = torch.cuda.get_rng_state()
    draws = []
    for _ in range(2):
        with RandomStream(0, device):
            draws.append(torch.rand(3, device=device))
    assert torch.equal(*draws)
    assert torch.equal(torch.cuda.get_rng_state(), before)
