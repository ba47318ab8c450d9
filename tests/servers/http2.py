"""A small HTTP/2 server over TLS, which answers every request with what it was asked and over which protocol."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from typing import Self

import h2.config
import h2.connection
import h2.events
import h2.exceptions


class Http2Server:
    """Use as a context manager; `port` is known then."""

    def __init__(self, context: ssl.SSLContext) -> None:
        context.set_alpn_protocols(["h2", "http/1.1"])
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0
        self.protocols: list[str | None] = []
        self.connections = 0

    def __enter__(self) -> Self:
        self._thread.start()
        start = asyncio.start_server(self._client, "127.0.0.1", 0, ssl=self._context)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def drop_connections(self) -> None:
        """Hang up on every client."""

        async def drop() -> None:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(drop(), self._loop).result(10)

    async def _stop(self) -> None:
        self._server.close()
        clients = asyncio.all_tasks() - {asyncio.current_task()}
        for task in clients:
            task.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.protocols.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        with contextlib.suppress(OSError, h2.exceptions.ProtocolError, asyncio.CancelledError):
            while data := await reader.read(65536):
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        self._answer(connection, event)
                writer.write(connection.data_to_send())
                await writer.drain()
        writer.close()

    def _answer(self, connection: h2.connection.H2Connection, event: h2.events.RequestReceived) -> None:
        asked = dict(event.headers)
        path = asked[b":path"]
        status = b"404" if path == b"/robots.txt" else b"200"
        body = b"you asked " + path
        head = [(b":status", status), (b"content-length", str(len(body)).encode()), (b"etag", b'"h2"')]
        connection.send_headers(event.stream_id, head)
        connection.send_data(event.stream_id, body, end_stream=True)
