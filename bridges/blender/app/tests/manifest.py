# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the manifest, which is TypeScript: Deno reads it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from blender import APP

# The test runner says which Deno runs it: it need not be on the PATH.
DENO = os.environ.get("DENO") or shutil.which("deno")


def ask_manifest(script: str, text: str) -> str:
    """What a script of this folder prints when it is given the text."""
    if DENO is None:
        pytest.skip("there is no Deno, which reads the manifest")
    done = subprocess.run(
        [DENO, "run", "--no-prompt", "-A", str(APP / "tests" / script)],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
