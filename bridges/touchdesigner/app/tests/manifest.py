"""Asks the manifest, which is TypeScript: Deno reads it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# The test runner says which Deno runs it: it need not be on the PATH.
DENO = os.environ.get("DENO") or shutil.which("deno")


def manifest_commands() -> list[str]:
    if DENO is None:
        pytest.skip("there is no Deno, which reads the manifest")
    script = Path(__file__).parent / "list_commands.ts"
    done = subprocess.run(
        [DENO, "run", "--no-prompt", "-A", str(script)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
