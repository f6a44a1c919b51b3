"""What this component is, and the App link that it speaks."""

COMPONENT_VERSION = "0.1.0"
LINK_PROTOCOL = 1
APP = "touchdesigner"
