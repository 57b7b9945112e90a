"""A server that answers with the very bytes a test gives it, as slowly as it likes."""

import socket
import threading


class RawServer:
    """`script` is called with each connection's socket after the request's first bytes have come."""

    def __init__(self, script):
        self.script, self.asked = script, 0
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            try:
                connection.recv(65536)
                self.asked += 1
                self.script(connection, self.stop)
            except OSError:
                pass

    def close(self):
        self.stop.set()
        self.listener.close()


def drip_head(connection, stop):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not stop.wait(0.02):
        connection.sendall(b"X: 1\r\n")


def drip_body(connection, stop):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n")
    while not stop.wait(0.02):
        connection.sendall(b" ")


def sends(body, *headers):
    head = "".join(f"{header}\r\n" for header in headers)

    def script(connection, stop):
        connection.sendall(f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return script
