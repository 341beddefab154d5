"""What the attack programs share: becoming an ordinary user for good, exchanging two names in one call of the
kernel, and counting the tries until SIGTERM. All of this is what any process of that user may do."""

import ctypes
import json
import os
import signal
import sys

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
RENAME_EXCHANGE = 2
PR_SET_PDEATHSIG = 1

tries = 0
is_stopping = False


def become(uid, gid):
    """Root becomes this user and cannot go back. The kernel ends the program when the test dies."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    assert os.geteuid() == uid != 0
    os.umask(0)


def exchange(one, other):
    """Exchanges two names, whatever they name. Returns whether it worked."""
    global tries
    done = libc.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0
    if done:
        tries += 1
    return done


def attempt(call, *arguments):
    """Makes a call. Returns whether it worked: a victim that was faster is no reason to give up."""
    global tries
    try:
        call(*arguments)
        tries += 1
        return True
    except OSError:
        return False


def stop(*_):
    global is_stopping
    is_stopping = True


def run(step, *lines):
    """Says `ready`, and the lines. Repeats the step until SIGTERM, and prints how many tries it made."""
    signal.signal(signal.SIGTERM, stop)
    print("ready", *lines, sep="\n", flush=True)
    while not is_stopping:
        step()
    print(json.dumps({"tries": tries}), flush=True)


def arguments():
    """The arguments after UID and GID, once the program is that user."""
    become(int(sys.argv[1]), int(sys.argv[2]))
    return sys.argv[3:]
