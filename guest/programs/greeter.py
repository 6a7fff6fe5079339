# SPDX-License-Identifier: Apache-2.0
"""The beginning of MySQL's protocol: the server speaks first. usage: greeter.py serve PORT... | ask PORT

ask: three times, and says the least time to the greeting, in ms.
"""
import select
import socket
import struct
import sys
import threading
import time

GREETING = b"\x0a8.0.0-kmesh\x00" + struct.pack("<I", 7) + b"12345678\x00" + b"\xff\xf7\xff\x02\x00" + bytes(23)
LOGIN = struct.pack("<IIB", 0x00800200, 1 << 24, 33) + bytes(23) + b"root\x00\x00"
OK = b"\x00\x00\x00\x02\x00\x00\x00"


def packet(number, payload):
    return struct.pack("<I", len(payload))[:3] + bytes((number,)) + payload


def exactly(sock, count):
    data = b""
    while len(data) < count:
        # as the library of MySQL's clients waits
        poll = select.poll()
        poll.register(sock, select.POLLIN | select.POLLPRI)
        events = poll.poll(10000)
        assert events, "nothing came"
        assert not events[0][1] & (select.POLLHUP | select.POLLERR), f"poll says {events[0][1]:#x}"
        more = sock.recv(count - len(data))
        assert more, "the end"
        data += more
    return data


def receive(sock, number):
    head = exactly(sock, 4)
    assert head[3] == number, head
    return exactly(sock, int.from_bytes(head[:3], "little"))


def talk(sock):
    with sock:
        sock.sendall(packet(0, GREETING))
        try:
            receive(sock, 1)
        except (AssertionError, OSError):
            return
        sock.sendall(packet(2, OK))


def serve(port):
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()


def ask(port):
    start = time.monotonic()
    sock = socket.socket()
    sock.setblocking(False)
    assert sock.connect_ex(("127.0.0.1", port)) in (0, 115)
    assert receive(sock, 0) == GREETING
    took = time.monotonic() - start
    sock.sendall(packet(1, LOGIN))
    assert receive(sock, 2) == OK
    return round(took * 1000)


if sys.argv[1] == "serve":
    for one in sys.argv[3:]:
        threading.Thread(target=serve, args=(int(one),)).start()
    serve(int(sys.argv[2]))
else:
    # a host that is busy makes it more
    print(min(ask(int(sys.argv[2])) for _ in range(3)))
