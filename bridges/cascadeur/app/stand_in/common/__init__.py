"""Scripts that Cascadeur ships with: parenting."""
