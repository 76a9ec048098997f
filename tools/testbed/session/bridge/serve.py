"""Answers the calls of the security package test/instruments/ssp/bridge: by MIT Kerberos, gss-ntlmssp and winbind.

usage: serve.py PORT

A process has one connection, and its calls run side by side. What it has made is gone with the connection.
"""

import socketserver
import struct
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import gssapi

import messages
from contexts import Context
from credentials import Credential
from statuses import SEC_E_INTERNAL_ERROR, SEC_E_NO_CREDENTIALS, SEC_E_OK, status_of
from wire import Reader, Writer

THREADS = 64
LARGEST_FRAME = 1 << 24


class Process:
    """What a process has made."""

    def __init__(self):
        self._lock = threading.Lock()
        self._objects = {}
        self._next = 1
        # Credentials that clients handed over, by the contexts that their tokens name.
        self._delegated = {}

    def keep(self, made):
        with self._lock:
            number = self._next
            self._next += 1
            self._objects[number] = made
            return number

    def get(self, number):
        with self._lock:
            return self._objects[number]

    def drop(self, number):
        with self._lock:
            self._objects.pop(number, None)

    # Each call takes its arguments off the reader and gives what follows the status.

    def acquire(self, call):
        package, client = call.text(), call.u32()
        user, domain, password = call.text(), call.text(), call.text()
        delegated = None
        if client != 0:
            delegated = self._delegated.get(client)
            if delegated is None:
                return SEC_E_NO_CREDENTIALS, Writer()
        made = Credential(package, user, domain, password, delegated)
        return SEC_E_OK, Writer().u32(self.keep(made))

    def free(self, call):
        self.drop(call.u32())
        return SEC_E_OK, Writer()

    def leg(self, call):
        initiates, credential, number = call.u32() == 1, call.u32(), call.u32()
        target, requirements = call.text(), call.u32()
        token, bindings = call.blob(), call.blob()
        if number == 0:
            made = Context(self.get(credential), initiates, target, requirements, bindings)
        else:
            made = self.get(number)
        status, answer = made.step(token or None)
        if number == 0:
            number = self.keep(made)
        if status == SEC_E_OK and not initiates and made.gss.delegated_creds is not None:
            self._delegated[number] = made.gss.delegated_creds
        return status, Writer().u32(number).u32(made.attributes).u64(made.expiry).blob(answer)

    def describe(self, call):
        made = self.get(call.u32())
        answer = Writer().u32(1 if made.is_ntlm else 0).u32(made.attributes).u64(made.expiry)
        answer.text(made.client_name).text(made.native_client).text(made.native_server)
        return SEC_E_OK, answer.text(made.specified_target)

    def session_key(self, call):
        return SEC_E_OK, Writer().blob(self.get(call.u32()).session_key)

    def identity(self, call):
        made = self.get(call.u32())
        client = made.client
        answer = Writer().u32(made.level).text(client.sid).u32(len(client.groups))
        for sid, attributes in client.groups:
            answer.text(sid).u32(attributes)
        return SEC_E_OK, answer

    def wrap(self, call):
        made, qop, data = self.get(call.u32()), call.u32(), call.data()
        token, body, padding = messages.wrap(made, data, qop)
        return SEC_E_OK, Writer().blob(token).blob(body).blob(padding)

    def unwrap(self, call):
        data, qop = messages.unwrap(self.get(call.u32()), call.data())
        return SEC_E_OK, Writer().blob(data).u32(qop)

    def sign(self, call):
        return SEC_E_OK, Writer().blob(messages.sign(self.get(call.u32()), call.data()))

    def verify(self, call):
        messages.verify(self.get(call.u32()), call.data(), call.data())
        return SEC_E_OK, Writer()


# By the numbers of Operation in test/instruments/ssp/bridge/wire.h.
CALLS = [
    Process.acquire,
    Process.free,
    Process.leg,
    Process.describe,
    Process.session_key,
    Process.identity,
    Process.wrap,
    Process.unwrap,
    Process.sign,
    Process.verify,
]


def answer_to(process, body):
    call = Reader(body)
    try:
        status, answer = CALLS[call.u32()](process, call)
    except gssapi.exceptions.GSSError as error:
        print(error, file=sys.stderr, flush=True)
        status, answer = status_of(error), Writer()
    # Whatever it is: the caller waits for an answer.
    except Exception:
        traceback.print_exc()
        status, answer = SEC_E_INTERNAL_ERROR, Writer()
    return struct.pack("<I", status) + answer.body()


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        process, sending = Process(), threading.Lock()

        def answer(number, body):
            frame = struct.pack("<I", number) + answer_to(process, body)
            with sending:
                self.request.sendall(struct.pack("<I", len(frame)) + frame)

        with ThreadPoolExecutor(THREADS) as pool:
            while (frame := self._frame()) is not None:
                (number,) = struct.unpack_from("<I", frame)
                pool.submit(answer, number, frame[4:])

    def _frame(self):
        head = self._bytes(4)
        if head is None:
            return None
        (size,) = struct.unpack("<I", head)
        return self._bytes(size) if 4 <= size <= LARGEST_FRAME else None

    def _bytes(self, size):
        parts = b""
        while len(parts) < size:
            more = self.request.recv(size - len(parts))
            if not more:
                return None
            parts += more
        return parts


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Connection).serve_forever()
