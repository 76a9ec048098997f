"""What the security package and this program say to each other: see test/instruments/ssp/bridge/wire.h.

A frame is its size, the number of the call, and a body. Numbers are little-endian; bytes have their size before them,
and the size NONE says that there are none. Text is UTF-16.
"""

import struct

NONE = 0xFFFFFFFF


class Reader:
    def __init__(self, body):
        self._body = body
        self._at = 0

    def u32(self):
        return self._take("<I")

    def u64(self):
        return self._take("<Q")

    def blob(self):
        size = self.u32()
        if size == NONE:
            return None
        start, self._at = self._at, self._at + size
        if self._at > len(self._body):
            raise ValueError("a frame is too short")
        return self._body[start : self._at]

    def data(self):
        """Of a message, where an empty one may have no memory."""
        return self.blob() or b""

    def text(self):
        blob = self.blob()
        return None if blob is None else blob.decode("utf-16-le")

    def _take(self, form):
        (value,) = struct.unpack_from(form, self._body, self._at)
        self._at += struct.calcsize(form)
        return value


class Writer:
    def __init__(self):
        self._parts = []

    def u32(self, value):
        self._parts.append(struct.pack("<I", value & 0xFFFFFFFF))
        return self

    def u64(self, value):
        self._parts.append(struct.pack("<Q", value & 0xFFFFFFFFFFFFFFFF))
        return self

    def blob(self, value):
        if value is None:
            return self.u32(NONE)
        self.u32(len(value))
        self._parts.append(bytes(value))
        return self

    def text(self, value):
        return self.blob(None if value is None else value.encode("utf-16-le"))

    def body(self):
        return b"".join(self._parts)
