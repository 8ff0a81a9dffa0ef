"""Options that several commands share: types with the words that help texts show.

Only the command line imports this module, and only once a command runs: it needs tyro.
"""

from pathlib import Path
from typing import Annotated

from tyro.conf import arg

DataFile = Annotated[Path, arg(metavar="DATA")]
SuiteFile = Annotated[Path, arg(metavar="SUITE")]
ModelFolder = Annotated[Path, arg(metavar="MODEL")]
NewFolder = Annotated[Path, arg(metavar="FOLDER")]
NewFile = Annotated[Path, arg(metavar="FILE")]
OptionalFile = Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")]
OptionalFolder = Annotated[Path | None, arg(metavar="FOLDER", help_behavior_hint="")]
Column = Annotated[str, arg(metavar="COLUMN")]
ColumnList = Annotated[tuple[str, ...], arg(metavar="COLUMN ...", help_behavior_hint="")]
Settings = Annotated[tuple[str, ...], arg(metavar="NAME=VALUE ...", help_behavior_hint="")]
Levels = Annotated[tuple[float, ...], arg(metavar="LEVEL ...", help_behavior_hint="")]
OptionalNumber = Annotated[float | None, arg(metavar="NUMBER", help_behavior_hint="")]
OptionalShare = Annotated[float | None, arg(metavar="SHARE", help_behavior_hint="")]
Name = Annotated[str, arg(metavar="NAME")]
NameList = Annotated[str, arg(metavar="NAME,...", help_behavior_hint="")]
OptionalName = Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")]
OptionalText = Annotated[str | None, arg(metavar="TEXT", help_behavior_hint="")]
Epochs = Annotated[int | None, arg(metavar="N", help_behavior_hint="(default: by number of rows)")]
OptionalSeconds = Annotated[float | None, arg(metavar="SECONDS", help_behavior_hint="")]
Flag = Annotated[bool, arg(help_behavior_hint="")]
