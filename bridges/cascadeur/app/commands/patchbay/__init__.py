"""Patchbay's entries in Cascadeur's menu."""
