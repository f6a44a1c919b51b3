"""What this server is called, and the protocol that it speaks."""

SERVER_VERSION = "0.1.0"
# Counts up with each change that an older bridge would not understand.
PROTOCOL = 1
