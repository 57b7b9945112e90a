"""The one way out: requests whose connections are made to the very address that was checked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from network.addresses import Reach, SocketAddress, resolved

_MOST_ADDRESSES = 3  # of one name, tried one after the other


class GuardedAdapter(HTTPAdapter):
    """Connects only where `reach` allows; no retries. `watched` keeps a hand on its sockets for `cut`."""

    def __init__(self, reach: Reach, threads: int = 1, watched: bool = False) -> None:
        self.reach, self._watched = reach, watched
        self._open: list[socket.socket] = []
        self.certificate: dict[str, Any] = {}  # of the server last connected to, as ssl.getpeercert tells it
        super().__init__(pool_connections=2, pool_maxsize=threads, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        self.poolmanager = PoolManager(num_pools=args[0], maxsize=args[1], block=kwargs.get("block", False))
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self),
        }

    def opened(self, made: socket.socket) -> None:
        if self._watched:
            self._open.append(made.dup())  # TLS takes the socket itself over; a duplicate still reaches it

    def cut(self) -> None:
        """End every connection where it stands: the only way to stop an answer that drips for ever."""
        for made in self._open:
            with suppress(OSError):
                made.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        while self._open:
            self._open.pop().close()


def guarded_session(reach: Reach, threads: int = 1, watched: bool = False) -> requests.Session:
    """No proxy, no .netrc, no cookies; certificates always verified."""
    session, adapter = requests.Session(), GuardedAdapter(reach, threads, watched)
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.verify = reach.ca_file or True
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    return session


@contextmanager
def within(seconds: float, session: requests.Session) -> Iterator[threading.Event]:
    """All that `session` (watched) does inside ends after `seconds`, and the event then says that it was cut."""
    adapter, is_cut = session.get_adapter("https://"), threading.Event()

    def end() -> None:
        is_cut.set()
        if isinstance(adapter, GuardedAdapter):
            adapter.cut()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield is_cut
    finally:
        timer.cancel()


def _pool(pool: type[Any], connection: type[HTTPConnection], adapter: GuardedAdapter) -> type[Any]:
    def connect(self: HTTPConnection) -> socket.socket:
        made = _connected(self, adapter.reach)
        adapter.opened(made)
        return made

    def connect_and_look(self: HTTPConnection) -> None:
        connection.connect(self)
        if isinstance(self.sock, ssl.SSLSocket):
            adapter.certificate = dict(self.sock.getpeercert() or {})

    members = {"_new_conn": connect, "connect": connect_and_look}
    guarded = type(f"Guarded{connection.__name__}", (connection,), members)
    return type(f"Guarded{pool.__name__}", (pool,), {"ConnectionCls": guarded})


def _connected(connection: HTTPConnection, reach: Reach) -> socket.socket:
    """As urllib3's own, but to addresses that were looked up once and checked."""
    host = connection._dns_host.strip("[]")
    try:
        addresses = resolved(host, connection.port or 0, reach)
    except OSError as error:
        raise NameResolutionError(connection.host, connection, socket.gaierror(*error.args)) from None
    trouble: OSError = OSError("no address")
    for family, address in addresses[:_MOST_ADDRESSES]:
        try:
            return _socket(connection, family, address)
        except OSError as error:
            trouble = error
    if isinstance(trouble, TimeoutError):
        raise ConnectTimeoutError(connection, "the connection was not made in time") from None
    raise NewConnectionError(connection, type(trouble).__name__) from None


def _socket(connection: HTTPConnection, family: int, address: SocketAddress) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        for option in connection.socket_options or ():
            made.setsockopt(*option)
        if isinstance(connection.timeout, int | float):
            made.settimeout(connection.timeout)
        made.connect(address)
    except BaseException:
        made.close()
        raise
    return made
