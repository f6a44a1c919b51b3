"""Scripts that Cascadeur ships with: rig mode."""
