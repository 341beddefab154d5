"""server.py UID GID HOW DATA SECRET LASTSAVE: a server that speaks enough Redis for a backup, and lies.

It prints its port after `ready`. DATA is its directory, in a folder that belongs to it. HOW says what it does:
  name       it calls its dump `sub/shadow`, and turns `sub` into a link to SECRET when it is asked to save
  link       it makes its dump, and exchanges it for a link to a file of SECRET, all the time
  directory  it makes its dump, and exchanges its directory for a link to SECRET, all the time
  aof        it has an AOF, and exchanges the folder of the AOF for a link to SECRET, all the time
  elsewhere  it says that SECRET is its directory, and that it saved at LASTSAVE, as the dump there has it"""

import os
import random
import selectors
import shutil
import socket
import time

import attacker

how, data, secret, last_save = attacker.arguments()
dump_name = "sub/shadow" if how == "name" else "dump.rdb"
# With an AOF alone it is not asked to save, and LASTSAVE is what it says of its last dump.
has_aof = how in ("aof", "elsewhere")
is_saved = False
is_exchanging = False

CONFIG = {
    b"dir": secret if how == "elsewhere" else data,
    b"dbfilename": dump_name,
    b"appendfilename": "aof" if how == "aof" else "shadow",
    b"save": "",
    b"maxmemory-policy": "noeviction",
}
if how == "aof":
    CONFIG[b"appenddirname"] = "aof"


def info():
    """What it says of itself. Whoever asks after a save is about to look at the dump: now it exchanges."""
    global is_exchanging
    is_exchanging = is_saved or how == "aof"
    saved = int(time.time()) if is_saved else 0
    fields = {
        "redis_version": "7.2.0" if how == "aof" else "6.2.14",
        "redis_mode": "standalone",
        "run_id": "0" * 40,
        "process_id": os.getpid(),
        "uptime_in_seconds": 5,
        "loading": 0,
        "role": "master",
        "used_memory": 1000,
        "rdb_bgsave_in_progress": 0,
        "rdb_last_save_time": last_save if has_aof else saved,
        "rdb_last_bgsave_status": "ok",
        "aof_enabled": int(has_aof),
        "aof_rewrite_in_progress": 0,
        "aof_last_write_status": "ok",
    }
    return "".join(f"{name}:{value}\r\n" for name, value in fields.items())


def save():
    global is_saved
    is_saved = True
    path = os.path.join(data, dump_name)
    if how == "name":
        sub = os.path.join(data, "sub")
        shutil.rmtree(sub, ignore_errors=True)
        attacker.attempt(os.symlink, secret, sub)
        return
    draft = os.path.join(data, "draft")
    try:
        with open(draft, "wb") as file:
            file.write(b"REDIS0009\xff" + bytes(8))
        os.rename(draft, path)
    except OSError:
        pass


def answer(words):
    name = words[0].upper()
    if name == b"INFO":
        return bulk(info())
    if name == b"TIME":
        now = time.time()
        return array([str(int(now)), "0"])
    if name == b"CONFIG":
        value = CONFIG.get(words[2].lower())
        return array([] if value is None else [words[2].decode(), value])
    if name in (b"BGSAVE", b"SAVE"):
        save()
        return b"+Background saving started\r\n"
    return b"+PONG\r\n" if name == b"PING" else b"+OK\r\n"


def bulk(text):
    data_bytes = text.encode()
    return b"$%d\r\n%s\r\n" % (len(data_bytes), data_bytes)


def array(texts):
    return b"*%d\r\n" % len(texts) + b"".join(bulk(text) for text in texts)


def commands(buffer):
    """The whole commands in a buffer, and what is left of it."""
    found = []
    while buffer.startswith(b"*"):
        lines = buffer.split(b"\r\n")
        count = int(lines[0][1:])
        if len(lines) < 2 * count + 2:
            break
        found.append([lines[2 * index + 2] for index in range(count)])
        buffer = b"\r\n".join(lines[2 * count + 1 :])
    return found, buffer


selector = selectors.DefaultSelector()
listener = socket.create_server(("127.0.0.1", 0))
selector.register(listener, selectors.EVENT_READ)
buffers = {}
TARGETS = {
    "link": (os.path.join(data, "dump.rdb"), "file-link"),
    "directory": (data, "folder-link"),
    "aof": (os.path.join(data, "aof"), "folder-link"),
}


def begin():
    """For a new client everything is in its place."""
    global is_saved, is_exchanging
    is_saved = is_exchanging = False
    path, link = TARGETS.get(how, (data, None))
    if link and os.path.islink(path):
        attacker.exchange(path, os.path.join(os.path.dirname(data), link))


def serve(wait):
    for key, _ in selector.select(wait):
        connection = key.fileobj
        if connection is listener:
            accepted, _ = listener.accept()
            begin()
            buffers[accepted] = b""
            selector.register(accepted, selectors.EVENT_READ)
            continue
        try:
            received = connection.recv(65536)
            if received:
                found, buffers[connection] = commands(buffers[connection] + received)
                for words in found:
                    connection.sendall(answer(words))
                continue
        except OSError:
            pass
        selector.unregister(connection)
        connection.close()
        del buffers[connection]


def step():
    attacker.tries += 1
    if is_exchanging and how in TARGETS:
        path, link = TARGETS[how]
        link = os.path.join(os.path.dirname(data), link)
        for _ in range(random.randrange(200)):
            attacker.exchange(path, link)
        serve(random.random() * 0.001)
    else:
        serve(0.01)


attacker.run(step, str(listener.getsockname()[1]))
