"""Free TCP ports on the loopback interface."""

import socket

from runtime.embedded.failures import EmbeddedServerFailed

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody listens on and that the kernel will not hand to anybody else for a while.

    The port is left in TIME_WAIT by one short connection to itself: the kernel then skips it when it picks
    ports for others, while a server that sets SO_REUSEADDR (Postgres, Go, asyncio) may bind it at once.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, 0))
        listener.listen(1)
        port = int(listener.getsockname()[1])
        with socket.create_connection((LOOPBACK, port)) as client:
            accepted, _ = listener.accept()
            accepted.close()  # the side that closes first keeps TIME_WAIT: it has to be the server's
            client.recv(1)
    return port


def require_free(port: int) -> int:
    """Return `port` if it can be bound on the loopback interface.

    Raises EmbeddedServerFailed `port_in_use` otherwise.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as taken:
            raise EmbeddedServerFailed(
                "port_in_use", f"port {port} cannot be used: {taken.strerror}"
            ) from taken
    return port
