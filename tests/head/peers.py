# SPDX-License-Identifier: Apache-2.0
"""The servers that the parser is compared with, each with what it understood of a request's bytes.

All of them listen on sockets in one private folder, and are asked one connection after the other.
"""
import json
import os
import pathlib
import re
import select
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).parent
SECONDS = 60  # for whatever a server has to do; it takes milliseconds
PATIENCE = 2  # seconds until a server that says nothing is told that nothing more comes


@dataclass
class Understood:
    """The first request of a connection, as a server took it. None of it says that it took none."""

    method: str
    hosts: list  # all the places where an application may look
    paths: list  # as they are; those in `parsed` without needless escapes
    fields: dict  # name in lower case: values
    parsed: list = field(default_factory=list)


class Trouble(Exception):
    """A server that does not do what a server does: no disagreement, an error of the test."""


def connect(path):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(SECONDS)
    client.connect(str(path))
    return client


def ask(path, data):
    """All that is answered on a connection of its own."""
    answer = b""
    with connect(path) as client:
        try:
            client.sendall(data)
            # a server may wait for more; it must not take the end for the client's death before it has answered
            select.select([client], [], [], PATIENCE)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it knew enough; what it answered is still there
        try:
            while part := client.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
        except TimeoutError:
            raise Trouble(f"{path.name}: no end of the answer to {data[:200]!r}: {answer!r}") from None
    return answer


def status_of(answer):
    """Of the final answer: 100 says to go on. None, if there was none; 0 without one (HTTP/0.9)."""
    while match := re.match(rb"HTTP/1\.[01] (1\d\d).*?\r\n\r\n", answer, re.DOTALL):
        answer = answer[match.end() :]
    match = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return int(match[1]) if match else (0 if answer else None)


class Echo:
    """What stands behind a proxy: keeps the heads that come, and answers 200."""

    def __init__(self, path):
        self.heads = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.answer, args=(peer,), daemon=True).start()

    def answer(self, peer):
        head = b""
        peer.settimeout(SECONDS)
        with peer:
            try:
                while b"\r\n\r\n" not in head:
                    part = peer.recv(65536)
                    if not part:
                        return
                    head += part
                self.heads.append(head.partition(b"\r\n\r\n")[0].decode("latin-1"))
                peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass
            except OSError:
                pass  # the proxy has gone


class Server:
    """One of them, running until stop()."""

    name = ""
    version_command = ()

    def __init__(self, folder):
        self.folder = folder
        self.socket = folder / f"{self.name}.sock"
        self.prepare()
        self.log = open(folder / f"{self.name}.out", "wb")
        # it ends with us, however we end
        command = ["setpriv", "--pdeathsig", "TERM", *self.command()]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output(), stderr=self.log)
        self.wait_for_it()

    def version(self):
        done = subprocess.run(self.version_command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
        return re.search(r"\d+\.\d+\.\d+\S*", done.stdout.decode())[0]

    def prepare(self):
        pass

    def command(self):
        raise NotImplementedError

    def output(self):
        return self.log

    def wait_for_it(self):
        end = time.monotonic() + SECONDS
        while True:
            try:
                return connect(self.socket).close()
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    said = (self.folder / f"{self.name}.out").read_text(errors="replace")
                    raise Trouble(f"{self.name} does not start: {error}\n{said}") from None
                time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def send(self, data):
        """(Understood or None, status)"""
        self.forget()
        status = status_of(ask(self.socket, data))
        seen = self.first_seen()
        if self.process.poll() is not None:
            raise Trouble(f"{self.name} died of {data[:200]!r}")
        # a server may give up on a body that does not come; the head was taken all the same
        if status == 200 and seen is None:
            raise Trouble(f"{self.name}: 200, and nothing seen, of {data[:200]!r}")
        return seen, status

    def forget(self):
        raise NotImplementedError

    def first_seen(self):
        raise NotImplementedError

    def fill(self, template, **words):
        text = (HERE / "peers" / template).read_text(encoding="ascii")
        for word, value in {"FOLDER": self.folder, **words}.items():
            text = text.replace(f"@{word}@", str(value))
        path = self.folder / template
        path.write_text(text, encoding="ascii")
        return path


class Node(Server):
    name = "node"
    program = os.environ.get("KMESH_NODE", "/usr/bin/node")
    version_command = (program, "--version")

    def command(self):
        return [self.program, str(HERE / "peers" / "node.js"), str(self.socket)]

    def output(self):
        return subprocess.PIPE

    def drain(self):
        """It writes before it answers, so that nothing is under way."""
        text = b""
        pipe = self.process.stdout.fileno()
        while select.select([pipe], [], [], 0)[0]:
            part = os.read(pipe, 65536)
            if not part:
                break
            text += part
        return text.decode().split("\n")[:-1]

    def forget(self):
        self.drain()

    def first_seen(self):
        lines = self.drain()
        if not lines:
            return None
        seen = json.loads(lines[0])
        fields = {name: value if isinstance(value, list) else [value] for name, value in seen["headers"].items()}
        return Understood(
            method=seen["method"],
            hosts=[seen["headers"].get("host", "")],
            paths=[seen["url"].partition("?")[0]],
            parsed=[seen["path"]],
            fields=fields,
        )


class Proxy(Server):
    """A server with an echo behind it: what it passes on is what it understood."""

    def prepare(self):
        self.echo = Echo(self.folder / f"{self.name}.echo")

    def forget(self):
        self.echo.heads.clear()

    def passed_on(self):
        if not self.echo.heads:
            return None
        start, *lines = self.echo.heads[0].split("\r\n")
        method, target, _ = start.split(" ", 2)
        fields = {}
        for line in lines:
            name, _, value = line.partition(":")
            fields.setdefault(name.lower(), []).append(value.strip(" "))
        hosts = list(fields.get("host", [""]))
        # the next server takes an absolute target apart
        if absolute := re.match(r"[a-z]+://([^/?#]*)", target, re.IGNORECASE):
            hosts.append(absolute[1])
            target = target[absolute.end() :]
        return Understood(method, hosts, [target.partition("?")[0]], fields)


class Nginx(Proxy):
    name = "nginx"
    version_command = ("/usr/sbin/nginx", "-v")

    def prepare(self):
        super().prepare()
        # its worker must reach the sockets, in a folder that is ours alone
        user = "user root;" if os.geteuid() == 0 else ""
        self.config = self.fill("nginx.conf", USER=user)
        self.seen = self.folder / "nginx.log"

    def command(self):
        return ["/usr/sbin/nginx", "-p", str(self.folder), "-e", "stderr", "-c", str(self.config)]

    def forget(self):
        super().forget()
        self.seen.write_bytes(b"")

    def first_seen(self):
        seen = self.passed_on()
        if seen:
            # what its own rules look at: location, server_name
            own = json.loads(self.seen.read_text(encoding="latin-1").split("\n")[0], strict=False)
            seen.hosts.append(own["host"])
            seen.paths.append(own["path"])
        return seen


class Haproxy(Proxy):
    name = "haproxy"
    version_command = ("/usr/sbin/haproxy", "-v")

    def prepare(self):
        super().prepare()
        self.config = self.fill("haproxy.cfg")

    def command(self):
        return ["/usr/sbin/haproxy", "-f", str(self.config)]

    def first_seen(self):
        seen = self.passed_on()
        if seen:
            seen.paths += [bytes.fromhex(text).decode("latin-1") for text in seen.fields.pop("seen-path")]
            seen.hosts += [bytes.fromhex(text).decode("latin-1") for text in seen.fields.pop("seen-host")]
        return seen


SERVERS = (Node, Nginx, Haproxy)
