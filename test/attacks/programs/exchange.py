"""exchange.py UID GID PAUSE ONE=OTHER...: exchanges the two names of each pair, again and again. After each exchange
it pauses for a random time of at most PAUSE milliseconds; 0 is never. A victim that takes many steps is caught by a
slow exchange, one that takes two by a fast one."""

import random
import time

import attacker

pause, *pairs = attacker.arguments()
pause = float(pause) / 1000
pairs = [pair.split("=", 1) for pair in pairs]


def step():
    for one, other in pairs:
        attacker.exchange(one, other)
    if pause > 0:
        time.sleep(random.random() * pause)


attacker.run(step)
