"""A random state of one's own, lent to torch's default generators for a while."""

import torch


class RandomStream:
    """Inside ``with stream:`` torch's default generators go on where the stream last stopped.

    Outside they are as the caller left them, so neither sees the other's draws.

    Parameters
    ----------
    seed
        Starts the stream.
    device
        The CPU's generator is swapped always, that of a CUDA device too.

    Examples
    --------
    >>> stream = RandomStream(0, torch.device("cpu"))
    >>> with stream:
    ...     first = torch.rand(2)
    >>> _ = torch.rand(5)
    >>> with stream:
    ...     second = torch.rand(2)
    >>> _ = torch.manual_seed(0)
    >>> torch.equal(torch.rand(4), torch.cat([first, second]))
    True
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self._defaults = [torch.default_generator]
        if device.type == "cuda":
            index = torch.cuda.current_device() if device.index is None else device.index
            self._defaults.append(torch.cuda.default_generators[index])
        self._states = [torch.Generator(g.device).manual_seed(seed).get_state() for g in self._defaults]

    def __enter__(self) -> None:
        self._swap()

    def __exit__(self, *error: object) -> None:
        self._swap()

    def _swap(self) -> None:
        before = [generator.get_state() for generator in self._defaults]
        for generator, state in zip(self._defaults, self._states, strict=True):
            generator.set_state(state)
        self._states = before
