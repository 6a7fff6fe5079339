# SPDX-License-Identifier: Apache-2.0
"""TLS by the kernel, with keys that both ends know. usage: ktls.py serve PORT | ask PORT early|early-nonblocking|late

early: the client sets the upper layer protocol before its first byte, as some libraries do; late: after it, as
others do when the handshake is over.
"""
import select
import socket
import struct
import sys

TCP_ULP, SOL_TLS, TLS_TX, TLS_RX = 31, 282, 1, 2
HELLO = b"\x16\x03\x01\x00\x05hello"  # what begins like a handshake


def keys(end):
    # struct tls12_crypto_info_aes_gcm_128: TLS 1.2, iv, key, salt, number of the first record
    return struct.pack("<HH8s16s4s8s", 0x0303, 51, bytes(8), bytes((end,)) * 16, b"salt", bytes(8))


def protect(sock, own, other):
    sock.setsockopt(SOL_TLS, TLS_TX, keys(own))
    sock.setsockopt(SOL_TLS, TLS_RX, keys(other))


def exactly(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        assert more, f"the end, after {data!r}"
        data += more
    return data


def serve(port):
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            sock = listener.accept()[0]
            with sock:
                sock.settimeout(10)
                assert exactly(sock, len(HELLO)) == HELLO
                sock.sendall(HELLO)
                sock.setsockopt(socket.SOL_TCP, TCP_ULP, b"tls")
                protect(sock, 2, 1)
                sock.sendall(exactly(sock, 4).upper())


def begin(sock, port, blocking):
    """The protocol before the first byte. Who may not wait is told to try again."""
    sock.setblocking(blocking)
    sock.connect(("127.0.0.1", port))
    try:
        sock.setsockopt(socket.SOL_TCP, TCP_ULP, b"tls")
        assert blocking, "it did not wait, and was connected"
    except BlockingIOError:
        poll = select.poll()
        poll.register(sock, select.POLLOUT)
        assert poll.poll(10000), "never writable"
        sock.setsockopt(socket.SOL_TCP, TCP_ULP, b"tls")


def ask(port, when):
    with socket.socket() as sock:
        if when == "late":
            sock.connect(("127.0.0.1", port))
        else:
            begin(sock, port, when == "early")
        sock.settimeout(10)
        sock.sendall(HELLO)
        assert exactly(sock, len(HELLO)) == HELLO
        if when == "late":
            sock.setsockopt(socket.SOL_TCP, TCP_ULP, b"tls")
        protect(sock, 1, 2)
        sock.sendall(b"ping")
        print(exactly(sock, 4).decode())


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
else:
    ask(int(sys.argv[2]), sys.argv[3])
