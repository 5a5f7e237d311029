"""Families of made-up names, written by us after the kinds that are known: none is a copy of a real algorithm."""
from .clock import Rng

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ENDS = ("com", "net", "org", "info", "biz", "ru", "cc", "top", "xyz", "su")
HEADS = ("silver autumn winter river stone wooden golden little bitter silent yellow broken hidden modern northern famous gentle "
         "simple double frozen rapid narrow humble proper single bright native quiet sudden tender").split()
TAILS = ("garden engine window bottle market planet bridge castle circle forest island letter mirror needle orange pocket rabbit "
         "saddle ticket tunnel valley walnut button candle dinner finger hammer jacket kitchen ladder").split()


def random_letters(rng):
    return rng.text(LETTERS, rng.between(10, 22))


def hexadecimal(rng):
    return rng.hex(rng.pick((16, 24, 32)))


def syllables(rng):
    name = "".join(rng.text("bcdfghjklmnprstvz", 1) + rng.text("aeiou", 1) for _ in range(rng.between(4, 7)))
    return name + (rng.text("nrstl", 1) if rng.chance(0.5) else "")


def words(rng):
    return rng.pick(HEADS) + rng.pick(TAILS) + (rng.pick(("", "", "s", "ed")))


def seeded(rng):
    """One letter after another from a linear congruence, as old worms did it."""
    x, name = rng.below(1 << 31), ""
    for _ in range(12 + x % 8):
        x = (x * 1664525 + 1013904223) & 0xffffffff
        name += LETTERS[(x >> 16) % 25]
    return name


def mutated(rng):
    """One stem whose first letters change: the family that looks most like a name."""
    return rng.text(LETTERS, 4) + "rosensteinbachtal"[: rng.between(10, 17)]


def alphanumeric(rng):
    return rng.text(LETTERS + "0123456789", rng.between(12, 18))


FAMILIES = {"letters": random_letters, "hex": hexadecimal, "syllables": syllables, "words": words, "seeded": seeded,
            "mutated": mutated, "alphanumeric": alphanumeric}


def names(family, seed, n):
    rng = Rng("dga", family, seed)
    make = FAMILIES[family]
    return [make(rng) + "." + rng.pick(ENDS) for _ in range(n)]
