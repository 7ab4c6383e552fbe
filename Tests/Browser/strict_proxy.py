"""A proxy that knows no WebSocket: it takes out of each request what asks for one, as some proxies of companies do."""

import socket
import threading


class StrictProxy:
    """Stands before a server; `strips` can be switched off, as when somebody goes to another network."""

    def __init__(self, port):
        self.server_port = port
        self.strips = True
        self.requests = []
        """The first line of each request."""
        self._sockets = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def count(self, start):
        """How many requests began so."""
        return sum(line.startswith(start) for line in self.requests)

    def cut(self):
        """Breaks every connection."""
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for one in sockets:
            self._end(one)

    def close(self):
        self._listener.close()
        self.cut()

    @staticmethod
    def _end(one):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = client.recv(65536)
                if not chunk:
                    return client.close()
                head += chunk
            head, rest = head.split(b"\r\n\r\n", 1)
            lines = head.split(b"\r\n")
            self.requests.append(lines[0].decode("latin-1"))
            # Each connection has one request, so that no other one passes unread.
            if self.strips or b"upgrade:" not in head.lower():
                stripped = (b"upgrade:", b"connection:", b"sec-websocket")
                lines = [line for line in lines if not line.lower().startswith(stripped)] + [b"Connection: close"]
            server = socket.create_connection(("127.0.0.1", self.server_port))
            with self._lock:
                self._sockets |= {client, server}
            server.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + rest)
        except OSError:
            return client.close()
        threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
        self._pass_on(server, client)
        self._end(client)
        with self._lock:
            self._sockets -= {client, server}
        client.close()
        server.close()

    def _pass_on(self, source, target):
        try:
            while chunk := source.recv(65536):
                target.sendall(chunk)
        except OSError:
            pass
        self._end(target)
