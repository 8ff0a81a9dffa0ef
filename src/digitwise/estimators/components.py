"""Components by name or object, and as plain JSON."""

from dataclasses import fields, is_dataclass
from typing import Any

from digitwise.codecs import Codec, NormalizedCodec
from digitwise.nn import Decoder, Transformer, Tree
from digitwise.objectives import CrossEntropy, Objective, SmoothedCrossEntropy

FAMILIES: dict[str, dict[str, type]] = {
    "codec": {"normalized": NormalizedCodec},
    "decoder": {"tree": Tree, "transformer": Transformer},
    "objective": {"cross_entropy": CrossEntropy, "smoothed_cross_entropy": SmoothedCrossEntropy},
}
"""Family to name to frozen dataclass: the only classes that a saved model may name."""

PROTOCOLS: dict[str, Any] = {"codec": Codec, "decoder": Decoder, "objective": Objective}
"""What an object of a family must offer."""


def resolve(family: str, name_or_object: object) -> Any:
    """Return a component: a name gives its default settings, an object is returned as it is.

    Raises
    ------
    ValueError
        If there is no such name.
    TypeError
        If the object does not offer what the family needs.

    Examples
    --------
    >>> resolve("codec", "normalized")
    NormalizedCodec(base=2, length=8)
    """
    members = FAMILIES[family]
    names = ", ".join(repr(name) for name in members)
    if isinstance(name_or_object, str):
        if name_or_object not in members:
            raise ValueError(f"{family} must be one of {names} or an object, but got {name_or_object!r}.")
        return members[name_or_object]()
    if isinstance(name_or_object, type) or not isinstance(name_or_object, PROTOCOLS[family]):
        wanted = PROTOCOLS[family].__name__
        raise TypeError(f"{family} must be one of {names} or an object that is a {wanted}, but got {name_or_object!r}.")
    return name_or_object


def to_json(value: object) -> Any:
    """Return a value as JSON: a component becomes ``{"component": "family/name", …its fields}``."""
    if is_dataclass(value) and not isinstance(value, type):
        for family, members in FAMILIES.items():
            for name, kind in members.items():
                if type(value) is kind:
                    parts = {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
                    return {"component": f"{family}/{name}", **parts}
        raise TypeError(f"{value!r} cannot be saved: it is not one of the library's components.")
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if hasattr(value, "item"):  # a numpy scalar
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be saved as JSON.")


def from_json(value: Any) -> Any:
    """Return what `to_json` was given; lists come back as tuples inside components.

    Raises
    ------
    ValueError
        If it names a component that does not exist, or with other fields.
    """
    if not isinstance(value, dict):
        return value
    family, _, name = str(value.get("component")).partition("/")
    kind = FAMILIES.get(family, {}).get(name)
    if kind is None:
        raise ValueError(f"The saved model names an unknown component {value.get('component')!r}. Upgrade digitwise.")
    settings = {
        key: tuple(part) if isinstance(part, list) else part for key, part in value.items() if key != "component"
    }
    try:
        return kind(**settings)
    except TypeError as error:
        raise ValueError(f"The saved {family} {name!r} has settings this version does not know: {error}.") from error
