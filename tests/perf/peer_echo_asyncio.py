#!/usr/bin/env python3
"""peer_echo_asyncio.py CONNECTIONS: the server of bare_echo on asyncio, by a Protocol, which is
its fast way (streams cost about twice as much)."""
import asyncio
import sys
import time


class Echo(asyncio.Protocol):
    left = int(sys.argv[1])
    ended = None  # a future

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data.upper())

    def connection_lost(self, exc):
        Echo.left -= 1
        if Echo.left == 0:
            Echo.ended.set_result(None)


async def serve():
    loop = asyncio.get_running_loop()
    Echo.ended = loop.create_future()
    server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    before = time.process_time_ns()
    await Echo.ended
    print(time.process_time_ns() - before)


asyncio.run(serve())
