"""Patchbay inside TouchDesigner. Everything here runs on TouchDesigner's main thread, in callbacks of its DATs."""
