"""Somebody else's webhook: an HTTPS server on loopback that answers JSON with JSON."""

import http.server
import json
import ssl
import threading

import control_plane
import pki


class JsonServer:
    """`with JsonServer(folder, answer):`; `answer` maps what was posted to what goes back."""

    def __init__(self, folder, answer):
        self.authority = pki.Authority(folder, "their-ca")
        pair = self.authority.leaf("leaf", ["IP:127.0.0.1"])
        self.calls = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler(answer))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def client_config(self):
        """How the API server finds it, for every kind of webhook."""
        return {"url": f"https://127.0.0.1:{self.server.server_address[1]}/",
                "caBundle": control_plane.base64_of(self.authority.certificate)}

    def _handler(outer, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.calls += 1
                text = json.dumps(answer(asked)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass
        return Handler
