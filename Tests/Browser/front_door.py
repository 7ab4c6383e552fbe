"""What an operator has in front of a node that wants tokens: a log-in with cookies, and the tokens for those who are signed in.

Everything else goes to the node, so that the page, its log-in and its tokens are of one origin.
"""

import http.client
import http.server
import os
import pathlib
import secrets
import socket
import subprocess
import threading
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

REPOSITORY = pathlib.Path(__file__).parent.parent.parent
CLI = os.environ.get("CHAT_CLI_BIN", str(REPOSITORY / ".build/debug/chat-cli"))
LOGIN = b"""<!doctype html><title>Log in</title><h1>Log in</h1><form method="post"><button>Sign in</button></form>"""


def new_key(path):
    subprocess.run([CLI, "token", "--new-key", str(path)], check=True)
    return path


class Connection:
    """A WebSocket through the door; `ended` is set when the node has closed it, with `code`."""

    def __init__(self):
        self.ended = threading.Event()
        self.code = None

    def closed(self, last):
        """The close frame (RFC 6455, section 5.5.1) ends what the node has sent."""
        at = last.rfind(b"\x88")
        self.code = int.from_bytes(last[at + 2 : at + 4], "big") if at >= 0 else None
        self.ended.set()


class FrontDoor:
    """Signs people in, and counts the tokens that it gave and the connections that came through it."""

    def __init__(self, node_port, key):
        self.node_port, self.key = node_port, key
        self.life = "1h"
        self.accounts, self.sessions = {}, {}
        self.who_signs_in = None
        """The account whose password a browser knows that shows the log-in."""
        self.guest_origin = None
        """Another origin whose page may read tokens."""
        self.tokens = []
        self.connections = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def account(self, sub, name, *rooms):
        self.accounts[sub] = ["--sub", sub, "--name", name, *(word for rule in rooms or ["*=read,write"] for word in ("--room", rule))]

    def sign_in(self, sub):
        """Gives the cookie of somebody who is signed in."""
        cookie = secrets.token_hex(8)
        self.sessions[cookie] = sub
        return {"name": "sid", "value": cookie, "url": self.url}

    def sign_out(self, sub):
        self.sessions = {cookie: other for cookie, other in self.sessions.items() if other != sub}

    def mint(self, sub):
        command = [CLI, "token", "--key", str(self.key), "--expires", self.life, *self.accounts[sub]]
        self.tokens.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
        return self.tokens[-1]

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(door):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = urlsplit(self.path).path
                if self.headers.get("Upgrade") == "websocket":
                    self._pipe()
                elif path == "/token":
                    self._give_token()
                elif path == "/login":
                    self._answer(200, LOGIN, {"Content-Type": "text/html"})
                else:
                    self._forward()

            def do_POST(self):
                if urlsplit(self.path).path != "/login":
                    return self._forward()
                cookie = door.sign_in(door.who_signs_in)
                back = parse_qs(urlsplit(self.path).query)["return_to"][0]
                self._answer(303, b"", {"Location": back, "Set-Cookie": f"sid={cookie['value']}; Path=/; HttpOnly; SameSite=Lax"})

            def _give_token(self):
                sid = SimpleCookie(self.headers.get("Cookie", "")).get("sid")
                sub = door.sessions.get(sid.value if sid else None)
                readers = {"Access-Control-Allow-Origin": door.guest_origin, "Access-Control-Allow-Credentials": "true"} if door.guest_origin else {}
                if not sub:
                    return self._answer(401, b"", readers)
                self._answer(200, b'{"token":"%s"}' % door.mint(sub).encode(), {"Content-Type": "application/json", **readers})

            def _answer(self, status, body, headers={}):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def _forward(self):
                node = http.client.HTTPConnection("127.0.0.1", door.node_port)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "accept-encoding")}
                node.request(self.command, self.path, body, headers)
                answer = node.getresponse()
                content = answer.read()
                kept = {name: value for name, value in answer.getheaders() if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server")}
                self._answer(answer.status, content, kept)
                node.close()

            def _pipe(self):
                """The head of the request as it came, and from then on the bytes of both sides."""
                node = socket.create_connection(("127.0.0.1", door.node_port))
                head = f"{self.requestline}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in self.headers.items()) + "\r\n"
                node.sendall(head.encode("latin-1"))
                connection = Connection()
                door.connections.append(connection)
                back = threading.Thread(target=self._pump, args=(node.recv, self.connection, connection.closed), daemon=True)
                back.start()
                self._pump(self.rfile.read1, node, lambda _: None)
                back.join()
                node.close()
                self.close_connection = True

            @staticmethod
            def _pump(read, sink, ended):
                last = b""
                try:
                    while data := read(65536):
                        last = data
                        sink.sendall(data)
                except OSError:
                    pass
                ended(last)
                try:
                    sink.shutdown(socket.SHUT_WR)
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        return Handler
