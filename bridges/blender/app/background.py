# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the add-on in a Blender without a window, as a bridge does it:

blender --background --factory-startup --python background.py -- --links DIR --bridge ID
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from patchbay.background import main

main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else [])
