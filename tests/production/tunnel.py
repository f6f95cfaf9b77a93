"""A way to a server that can be closed, as if the server went away."""

import contextlib
import select
import socket
import threading


class Tunnel:
    """Listens on `port` of this machine and passes everything to and fro while it is open."""

    def __init__(self, host, port):
        self.target, self.ends, self.listener = (host, port), [], None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def open(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=True)
        self.thread = threading.Thread(target=self._listen, args=[self.listener], daemon=True)
        self.thread.start()

    def close(self):
        """Refuse new connections and break those that are there."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends = []

    def _listen(self, listener):
        with contextlib.suppress(OSError):
            while True:
                here, _ = listener.accept()
                there = socket.create_connection(self.target)
                self.ends += [here, there]
                threading.Thread(target=_pass_on, args=[here, there], daemon=True).start()


def _pass_on(here, there):
    with here, there, contextlib.suppress(OSError):
        while True:
            for end in select.select([here, there], [], [])[0]:
                content = end.recv(65536)
                if not content:
                    return
                (there if end is here else here).sendall(content)
