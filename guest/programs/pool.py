# SPDX-License-Identifier: Apache-2.0
"""Clients that keep their connections. usage: pool.py KIND, one of the names below; says who answered how often."""
import asyncio
import collections
import concurrent.futures
import http.client
import sys

HOST, PORT = "10.96.0.1", 80
PATHS = ("/nginx", "/haproxy")


def http_client(first, count):
    """One connection, paths in turn."""
    connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
    answered = collections.Counter()
    for i in range(count):
        connection.request("GET", f"{PATHS[(first + i) % 2]}/{i}")
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        answered[response.headers["X-Server"]] += 1
    connection.close()
    return answered


def one():
    return http_client(0, 40)


def threads():
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return sum(pool.map(http_client, (0, 1, 0, 1), (20,) * 4), collections.Counter())


def with_requests():
    import requests

    answered = collections.Counter()
    with requests.Session() as session:
        for i in range(40):
            response = session.get(f"http://{HOST}{PATHS[i % 2]}/{i}", timeout=60)
            response.raise_for_status()
            answered[response.headers["X-Server"]] += 1
        body = "x" * 100000
        response = session.post(f"http://{HOST}/haproxy", data=body, timeout=60)
        response.raise_for_status()
        answered[response.headers["X-Server"]] += 1
    return answered


async def stream(answered, path):
    reader, writer = await asyncio.open_connection(HOST, PORT)
    for i in range(20):
        writer.write(f"GET {path}/{i} HTTP/1.1\r\nHost: x.test\r\n\r\n".encode())
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        await reader.readexactly(int(fields["content-length"]))
        answered[fields["x-server"]] += 1
    writer.close()
    await writer.wait_closed()


async def streams(answered):
    await asyncio.gather(*(stream(answered, PATHS[i % 2]) for i in range(4)))


def with_asyncio():
    answered = collections.Counter()
    asyncio.run(asyncio.wait_for(streams(answered), 60))
    return answered


KINDS = {"one": one, "threads": threads, "requests": with_requests, "asyncio": with_asyncio}
print(*(f"{name} {count}" for name, count in sorted(KINDS[sys.argv[1]]().items())))
