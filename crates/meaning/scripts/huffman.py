"""Canonical Huffman codes of limited length, and rows of levels written in them."""

import numpy as np

LONGEST = 11


def lengths(counts):
    """Code length of each level by the package-merge algorithm (Larmore and Hirschberg 1990); equal weights in the order of levels."""
    leaves = sorted((max(int(count), 1), (level,)) for level, count in enumerate(counts))
    row = leaves
    for _ in range(LONGEST - 1):
        pairs = [(row[i][0] + row[i + 1][0], row[i][1] + row[i + 1][1]) for i in range(0, len(row) - 1, 2)]
        row = sorted(leaves + pairs)
    found = [0] * len(leaves)
    for _, levels in row[: 2 * len(leaves) - 2]:
        for level in levels:
            found[level] += 1
    assert sum(1 << (LONGEST - length) for length in found) == 1 << LONGEST
    return found


def rows(levels, code_lengths):
    """Each row of `levels` (uint8) as bytes: its codes one after the other, first bit highest, the last byte filled with zeros."""
    code_lengths = np.asarray(code_lengths)
    codes = np.zeros(len(code_lengths), np.uint16)
    code = 0
    for level in sorted(range(len(codes)), key=lambda level: (code_lengths[level], level)):
        codes[level] = code
        code += 1 << (LONGEST - code_lengths[level])
    places = np.arange(LONGEST)
    bits = (codes[:, None] >> (LONGEST - 1 - places) & 1).astype(np.uint8)
    written = places < code_lengths[:, None]
    return [np.packbits(bits[row][written[row]]).tobytes() for row in levels]
