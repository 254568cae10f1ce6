"""System calls of one thread, as a test wants them: something happens just before each one of a name, or it fails as a disk or a share fails.

The kernel itself holds the thread there (seccomp, Linux 5.5): real files, real races, at the very moment. Nobody else in the process notices, and it
ends with the thread.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import queue
import select
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

MACHINES = {
    "x86_64": (
        0xC000003E,
        {"flock": 73, "fsync": 74, "mkdirat": 258, "newfstatat": 262, "openat": 257, "renameat2": 316, "seccomp": 317},
    ),
    "aarch64": (
        0xC00000B7,
        {"flock": 32, "fsync": 82, "mkdirat": 34, "newfstatat": 79, "openat": 56, "renameat2": 276, "seccomp": 277},
    ),
}
NAMED = {"mkdirat", "newfstatat", "openat", "renameat2"}
"""Their second argument is a file's name."""

PR_SET_NO_NEW_PRIVS, SET_MODE_FILTER, NEW_LISTENER = 38, 1, 8
LOAD, EQUAL, GIVE = 0x20, 0x15, 0x06
"""The three instructions of a filter: load a word of the call, skip when it is another one, give a verdict."""
ALLOW, ASK = 0x7FFF0000, 0x7FC00000
RECEIVE, SEND, GO_ON = 0xC0502100, 0xC0182101, 1

_libc = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def interposed(call: str, before: Callable[[str], int | None], work: Callable[[], Result]) -> Result:
    """What `work` gives, in a thread of its own. `before` is called at each such system call, with the file's name where the call has one.

    It gives the error number with which the call fails; None lets it go on.
    """
    listeners: queue.SimpleQueue[int] = queue.SimpleQueue()

    def run() -> Result:
        listeners.put(_listen(call))
        return work()

    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(run)
        listener = listeners.get(timeout=20)
        if listener < 0:
            pytest.skip("The kernel lets nobody listen to system calls here")
        try:
            calls = select.poll()
            calls.register(listener, select.POLLIN)
            while not future.done():
                if any(event & select.POLLIN for _, event in calls.poll(10)):
                    _answer(listener, call, before)
        finally:
            os.close(listener)  # a call that still waits for its answer fails
        return future.result()


def refused(call: str, number: int, work: Callable[[], Result]) -> Result:
    """The same, where each such call fails with this error."""
    return interposed(call, lambda _: number, work)


def _listen(call: str) -> int:
    machine, numbers = MACHINES.get(platform.machine(), (0, {}))
    if call not in numbers:
        return -1
    instructions = [
        (LOAD, 0, 0, 4),
        (EQUAL, 0, 3, machine),
        (LOAD, 0, 0, 0),
        (EQUAL, 0, 1, numbers[call]),
        (GIVE, 0, 0, ASK),
        (GIVE, 0, 0, ALLOW),
    ]
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    rules = _Filter(len(instructions), code)
    return int(_libc.syscall(numbers["seccomp"], SET_MODE_FILTER, NEW_LISTENER, ctypes.byref(rules)))


def _answer(listener: int, call: str, before: Callable[[str], int | None]) -> None:
    question = bytearray(80)  # id, process, flags; number, machine, place; six arguments
    fcntl.ioctl(listener, RECEIVE, question)
    (number,) = struct.unpack_from("Q", question)
    (second,) = struct.unpack_from("Q", question, 40)
    error = before(os.fsdecode(ctypes.string_at(second)) if call in NAMED else "")
    with suppress(FileNotFoundError):  # the thread is gone
        fcntl.ioctl(listener, SEND, struct.pack("QqiI", number, 0, -(error or 0), 0 if error else GO_ON))
