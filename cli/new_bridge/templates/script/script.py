"""The lamp, as its bridge starts it: App link on standard input and output, from the standard library alone.

With --simulate it pretends that there is a lamp. Without, `Device` talks to the real one.
"""

import json
import os
import sys

APP = "lamp"
PROTOCOL = 1

# what is printed by accident must not end up among the messages
messages, sys.stdout = sys.stdout.buffer, sys.stderr


class Device:
    """What the manifest offers. A real lamp is reached where this one changes its own state."""

    def __init__(self):
        self.state = {"on": False, "brightness": 1, "color": "#ffffff"}

    def execute(self, command, args):
        if command == "get_state":
            return self.state
        key = {"switch": "on", "set_brightness": "brightness", "set_color": "color"}.get(command)
        if key is None:
            raise LookupError(f"this lamp cannot {command}")
        return self.change(key, args[key])

    def change(self, key, now):
        before = self.state[key]
        self.state = {**self.state, key: now}
        if key == "on" and now != before:
            notify("event", {"event": "switched", "data": {"on": now}})
        level = self.state["brightness"] if self.state["on"] else 0
        notify("channel", {"channel": "level", "value": level})
        return {"now": now, "before": before}


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    messages.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    messages.flush()


def notify(method, params):
    send({"method": method, "params": params})


def received():
    """Each message that comes, until the bridge closes the pipe."""
    while True:
        length = 0
        while (line := sys.stdin.buffer.readline()).strip():
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        if not line:
            return
        yield json.loads(sys.stdin.buffer.read(length))


def answer(device, method, params):
    if method == "execute":
        return device.execute(params["command"], params["args"])
    if method == "snapshot":
        return device.state
    if method == "ping":
        return {}
    raise LookupError(f"there is no method {method}")


def main():
    device = Device()
    hello = {"token": "", "app": APP, "appVersion": "1.0.0", "addonVersion": "1.0.0", "protocol": PROTOCOL}
    hello |= {"pid": os.getpid(), "capabilities": {"simulated": "--simulate" in sys.argv}, "background": True}
    send({"id": 1, "method": "hello", "params": hello})
    for message in received():
        method = message.get("method")
        if method == "shutdown":
            return
        if method is None or "id" not in message:
            continue
        try:
            reply = {"result": answer(device, method, message.get("params", {}))}
        except Exception as error:
            reply = {"error": {"code": -32000, "message": str(error), "data": {"code": "COMMAND_FAILED"}}}
        send({"id": message["id"], **reply})


main()
