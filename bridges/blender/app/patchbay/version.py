# SPDX-License-Identifier: GPL-3.0-or-later
"""What this add-on is, and the App link that it speaks."""

ADDON_VERSION = "0.1.0"
LINK_PROTOCOL = 1
