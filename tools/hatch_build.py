"""Takes htmx out of a wheel that the build needs, and puts it into ours as a package of its own.

Inside the wheel, not in the source tree: an editable install keeps what is in its wheel, and a cleaned tree does
not lose it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "tieout_assets"
SOURCE = "static/django_htmx/htmx-2.min.js"
SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"
LICENCE = "htmx 2.0.10 is under the Zero-Clause BSD licence. It was taken from the wheel of django-htmx (MIT).\n"


class AssetHook(BuildHookInterface):  # type: ignore[misc,type-arg]  # a build tool's class, not typed here
    """Adds the package `tieout_assets` with htmx to every wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Copy the file, if it is the one that was tried."""
        if self.target_name != "wheel":
            return
        spec = importlib.util.find_spec("django_htmx")  # located, never imported
        if spec is None or spec.origin is None:
            raise RuntimeError("The build needs the wheel django-htmx: install requirements/build.lock.")
        source = Path(spec.origin).parent / SOURCE
        if hashlib.sha256(source.read_bytes()).hexdigest() != SHA256:
            raise RuntimeError(f"{source.name} is not the htmx that was tried: look at it, then change SHA256 here.")
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "__init__.py").write_text('"""Front-end files of others, served by the console."""\n')
        (self.folder / "LICENCE.txt").write_text(LICENCE)
        shutil.copy(source, self.folder / "htmx.min.js")
        key = "force_include_editable" if version == "editable" else "force_include"
        build_data[key][str(self.folder)] = PACKAGE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - theirs
        """Remove the folder that the file was put into."""
        if self.target_name == "wheel":
            shutil.rmtree(self.folder, ignore_errors=True)
