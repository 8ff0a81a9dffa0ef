"""Models of transformers, read from files that are here: nothing is ever downloaded, and nothing is made up."""

from pathlib import Path
from typing import Any

from digitwise.optional import optional_package

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.txt", "vocab.json")
POOLER, DECODER = "pooler.", "decoder."


def load_tokenizer(path: str) -> Any:
    """Return the tokenizer of a model.

    Parameters
    ----------
    path
        A folder, or the name of a model that is in the local cache.

    Raises
    ------
    FileNotFoundError
        If there are no files of a tokenizer.
    ModuleNotFoundError
        If transformers is not installed.
    """
    transformers = _transformers()
    folder = Path(path)
    if folder.is_dir() and not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise FileNotFoundError(
            f"The folder of a model must hold its tokenizer, but {path!r} has none of {', '.join(TOKENIZER_FILES)}."
        )
    try:
        return transformers.AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
    except OSError as error:
        raise _not_here(path, error) from error


def load_config(path: str) -> Any:
    """Return the configuration of a model, from the same places.

    Raises
    ------
    FileNotFoundError
        If it is not here.
    """
    if Path(path).is_dir() and not (Path(path) / "config.json").is_file():
        raise FileNotFoundError(f"The folder of a model must hold config.json, but {path!r} does not.")
    try:
        return _transformers().AutoConfig.from_pretrained(path, local_files_only=True, trust_remote_code=False)
    except OSError as error:
        raise _not_here(path, error) from error


def load_encoder(path: str) -> Any:
    """Return a model without any head, in float32; of an encoder-decoder the encoder.

    Raises
    ------
    FileNotFoundError
        If its files are not here.
    ValueError
        If the files lack weights that the model needs.
    """
    transformers = _transformers()
    logging = transformers.utils.logging
    had_progress_bar = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model, info = transformers.AutoModel.from_pretrained(
            path, local_files_only=True, trust_remote_code=False, output_loading_info=True, dtype="float32"
        )
    except OSError as error:
        raise _not_here(path, error) from error
    finally:
        if had_progress_bar:
            logging.enable_progress_bar()
    unused = (POOLER, DECODER) if model.config.is_encoder_decoder else (POOLER,)
    missing = sorted(name for name in info["missing_keys"] if not name.startswith(unused))
    if missing:
        raise ValueError(
            f"The files in {path!r} must hold all weights of a {type(model).__name__}, but {len(missing)} are missing, "
            f"{missing[0]!r} first. Is it the folder of another model?"
        )
    model = model.get_encoder() if model.config.is_encoder_decoder else model
    if getattr(model, "pooler", None) is not None:
        model.pooler = None  # many files lack it: it would be made up
    model.config.use_cache = False  # of keys and values, for writing text
    return model


def _transformers() -> Any:
    return optional_package("transformers", "Pretrained encoders of text need transformers.", "text")


def _not_here(path: str, error: OSError) -> FileNotFoundError:
    return FileNotFoundError(
        f"The files of a model must be here already, but {path!r} is neither a folder that holds them nor a model in "
        f"the local cache. Nothing is downloaded: fetch it first, for example with `hf download`, and give the folder. "
        f"({str(error).splitlines()[0]})"
    )
