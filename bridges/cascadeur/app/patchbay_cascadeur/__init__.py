"""The part of Patchbay that runs inside Cascadeur: one core, in three forms."""
