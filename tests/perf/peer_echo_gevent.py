#!/usr/bin/env python3
"""peer_echo_gevent.py CONNECTIONS: the server of bare_echo on gevent, a greenlet per connection."""
import socket
import sys
import time

from gevent.event import Event
from gevent.server import StreamServer

left = int(sys.argv[1])
ended = Event()


def echo(connection, address):
    global left
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        data = connection.recv(65536)
        if not data:
            break
        connection.sendall(data.upper())
    left -= 1
    if left == 0:
        ended.set()


server = StreamServer(("127.0.0.1", 0), echo, backlog=4096)
server.start()
print(server.server_port, flush=True)
before = time.process_time_ns()
ended.wait()
print(time.process_time_ns() - before)
