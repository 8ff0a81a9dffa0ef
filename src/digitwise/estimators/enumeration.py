"""How laws are read off the digit tree: all of it, or the likeliest part."""

from digitwise.codecs import Codec, is_enumerable
from digitwise.policy import BestFirst


def chosen_search(enumeration: object, codec: Codec) -> BestFirst | None:
    """Return the search that an estimator's parameter stands for; None for exact laws.

    Raises
    ------
    TypeError
        If it is neither ``"auto"`` nor a `BestFirst`.
    ValueError
        If a search is asked for and the codec is not ordered, so that prefixes cover no intervals.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> chosen_search("auto", NormalizedCodec(base=10, length=4))
    >>> chosen_search("auto", NormalizedCodec(base=10, length=6))
    BestFirst(tolerance=0.001, max_nodes=128, time_limit=None, max_depth=None, priority='mean')
    """
    if enumeration == "auto":
        return None if is_enumerable(codec) else BestFirst()
    if not isinstance(enumeration, BestFirst):
        raise TypeError(f"enumeration must be 'auto' or a BestFirst, such as BestFirst(), but got {enumeration!r}.")
    if not codec.ordered:
        raise ValueError(
            f"BestFirst needs an ordered codec, whose prefixes cover intervals, but got {codec}. Use 'auto' instead."
        )
    return enumeration
