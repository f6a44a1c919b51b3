"""Trouble on command, for tests: what a person and the weather do to a Cascadeur. Not a part of what is simulated."""

from __future__ import annotations

import json
import os
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread, Timer
from typing import Any

from csc import world
from events.scene_activated import patchbay_server
from patchbay_cascadeur.pump import Pump

# It is answered at once, because nothing else would be answered while it lasts.
_UNAWAITED = ("hang", "end", "crash")


class Control:
    def __init__(self, path: Path) -> None:
        self._pump = Pump()
        token = secrets.token_urlsafe(16)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._pump, token))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()
        text = json.dumps({"url": f"http://127.0.0.1:{self._server.server_address[1]}/", "token": token})
        beside = path.with_name(f"{path.name}.new")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)

    def run_ready(self) -> None:
        self._pump.run_ready()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def apply(wish: dict[str, Any]) -> Any:
    application = world.APPLICATION
    scene = application.current
    match wish["do"]:
        case "dialog":
            application.dialog = wish["open"]
        case "minimise":
            application.minimised = wish["on"]
        case "licence":
            application.licensed = wish["valid"]
        case "hook":
            patchbay_server.run()
        case "hang":
            time.sleep(wish["ms"] / 1000)
        case "end":
            application.wanted_end = True
        case "crash":
            Timer(0.05, os._exit, (139,)).start()
        case "rename" if scene is not None:
            thing = next(one for one in scene.document.things.values() if one.name == wish["object"])
            scene.change(lambda: setattr(thing, "name", wish["name"]))
        case "frame" if scene is not None:
            scene.frame = wish["frame"]
        case "dispatched":
            return application.dispatched
    return None


def _handler(pump: Pump, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.headers.get("Authorization") != f"Bearer {token}":
                self.send_error(401)
                return
            wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            work = pump.submit(lambda: apply(wish))
            answer = None if wish["do"] in _UNAWAITED else work.result(60)
            body = json.dumps({"answer": answer}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    return Handler
