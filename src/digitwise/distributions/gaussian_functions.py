"""Pure functions of Gaussian mixtures: densities, quantiles, and the way up to a mode."""

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr, ndtri

from digitwise.distributions.probabilities import FloatArray

LOG_ROOT_2PI = 0.5 * np.log(2.0 * np.pi)


def mean_absolute(
    mean: Float[FloatArray, "row ..."], std: Float[FloatArray, "row ..."]
) -> Float[FloatArray, "row ..."]:
    """Return ``E|X|`` for normal ``X``."""
    ratio = mean / std
    density = np.exp(-0.5 * ratio**2 - LOG_ROOT_2PI)
    size: FloatArray = np.abs(mean) * (1.0 - 2.0 * ndtr(-np.abs(ratio))) + 2.0 * std * density
    return size


def log_density(
    y: Float[FloatArray, "..."],
    weights: Float[FloatArray, "... component"],
    means: Float[FloatArray, "... component"],
    stds: Float[FloatArray, "... component"],
) -> Float[FloatArray, "..."]:
    """Return the log density of mixtures; the component axis comes last."""
    with np.errstate(divide="ignore"):
        height = np.log(weights) - np.log(stds) - LOG_ROOT_2PI
    n_components = weights.shape[-1]

    def part(component: int) -> FloatArray:
        offset = (y - means[..., component]) / stds[..., component]
        log_density: FloatArray = height[..., component] - 0.5 * offset**2
        return log_density

    highest = part(0)
    for component in range(1, n_components):
        highest = np.maximum(highest, part(component))
    # Infinitely far out every part is -inf; any finite reference gives -inf there.
    reference = np.maximum(highest, np.finfo(np.float64).min)
    total = np.zeros_like(reference)
    for component in range(n_components):
        total += np.exp(part(component) - reference)
    with np.errstate(divide="ignore"):
        answer: FloatArray = reference + np.log(total)
    return answer


def climb_to_mode(
    places: Float[FloatArray, " point"],
    weights: Float[FloatArray, "point component"],
    means: Float[FloatArray, "point component"],
    stds: Float[FloatArray, "point component"],
) -> Float[FloatArray, " point"]:
    """Return the tops of the hills of the densities on which the places lie.

    Newton steps where they lead up, else mean-shift steps, which always do.
    """
    answer = places.copy()
    rest = np.arange(len(places))
    precision, reach = 1.0 / stds**2, stds.min(axis=1)
    height = log_density(places, weights, means, stds)
    with np.errstate(divide="ignore"):
        log_peaks = np.log(weights) - np.log(stds) - LOG_ROOT_2PI
    for _ in range(200):
        offset = means - places[:, None]
        share = np.exp(log_peaks - 0.5 * offset**2 * precision - height[:, None])
        pull = (share * precision).sum(axis=1)
        slope = (share * precision * offset).sum(axis=1)
        bend = (share * (precision * offset) ** 2).sum(axis=1) - pull
        shifted = places + slope / pull
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            newton = np.where(bend < 0.0, places - slope / bend, shifted)
        newton_height = log_density(newton, weights, means, stds)
        moved = np.where(newton_height > height, newton, shifted)
        moved_height = np.where(newton_height > height, newton_height, log_density(shifted, weights, means, stds))
        going = (moved_height > height) & (np.abs(moved - places) > 1e-12 * reach)
        places, height = np.where(going, moved, places), np.where(going, moved_height, height)
        answer[rest] = places
        if not going.any():
            break
        rest, places, height, reach = rest[going], places[going], height[going], reach[going]
        weights, means, stds = weights[going], means[going], stds[going]
        precision, log_peaks = precision[going], log_peaks[going]
    return answer


def solve_quantile(
    q: Float[FloatArray, " point"],
    weights: Float[FloatArray, "point component"],
    means: Float[FloatArray, "point component"],
    stds: Float[FloatArray, "point component"],
) -> Float[FloatArray, " point"]:
    """Return where the cdf of each mixture reaches its level.

    Levels above one half are solved in the mirror image, where the tail keeps its relative
    precision. Newton on ``log cdf``; a step that leaves the bracket or does not halve the last
    one bisects.
    """
    mirror = np.where(q > 0.5, -1.0, 1.0)
    level = np.minimum(q, 1.0 - q)
    answer: FloatArray = np.full(q.shape, -np.inf)
    rest = np.flatnonzero(level > 0.0)
    level, weights, stds = level[rest], weights[rest], stds[rest]
    means = means[rest] * mirror[rest, None]

    own = means + stds * ndtri(level)[:, None]
    low = np.where(weights > 0.0, own, np.inf).min(axis=1)
    high = np.where(weights > 0.0, own, -np.inf).max(axis=1)
    place = np.clip((weights * own).sum(axis=1), low, high)
    last_step = high - low
    for _ in range(200):
        ratio = (place[:, None] - means) / stds
        cdf = (weights * ndtr(ratio)).sum(axis=1)
        density = (weights * np.exp(-0.5 * ratio**2 - LOG_ROOT_2PI) / stds).sum(axis=1)
        low = np.where(cdf < level, place, low)
        high = np.where(cdf < level, high, place)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            newton = place - np.log(cdf / level) * cdf / density
        good = (newton > low) & (newton < high) & (np.abs(newton - place) <= 0.5 * last_step)
        target = np.where(good, newton, 0.5 * (low + high))
        target = np.where(cdf == level, place, target)
        last_step = np.abs(target - place)
        place = target
        # Newton's next error is about the square of its step.
        narrowest = stds.min(axis=1)
        done = good & (last_step <= 1e-8 * narrowest)
        done |= last_step <= 1e-14 * np.abs(place) + 1e-15 * narrowest
        answer[rest[done]] = place[done]
        if done.all():
            break
        left = ~done
        rest, level, place, last_step = rest[left], level[left], place[left], last_step[left]
        low, high = low[left], high[left]
        weights, means, stds = weights[left], means[left], stds[left]
    answer[rest] = place
    answer *= mirror
    return answer
