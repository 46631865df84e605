"""A trie of byte strings as a double array, in the layout of darts-clone, which the weights' own character map has too.

A node at place p with base b finds its child by byte c at place b ^ c, and its value at place b. A unit holds the byte that leads to
it (bits 0 to 7), whether there is a value (bit 8), and p ^ b (bits 10 to 31); a value's unit has bit 31 set.
"""

FREE = 1 << 31
MOST_REFUSALS = 32


def build(values):
    """Units of the trie of `values`, a dict from non-empty bytes to numbers below 2^31."""
    children, value_of = _nodes(values)
    bases, places = _places(children, value_of)
    units = [FREE] * max(256, (max(places) | 255) + 1, (max(bases, default=0) | 255) + 1)
    for node, labels in enumerate(children):
        place, base = places[node], bases[node]
        offset = place ^ base
        assert offset < 1 << 21, "the trie is too large for offsets of 21 bits"
        label = units[place] & 0xFF if node else 0
        units[place] = label | offset << 10 | (node in value_of) << 8
        for byte, child in labels.items():
            units[places[child]] = byte
        if node in value_of:
            units[base] = value_of[node] | 1 << 31
    return units


def _nodes(values):
    """Parents come before their children, so that labels are written before the units that keep them."""
    children, value_of = [{}], {}
    for key in sorted(values):
        node = 0
        for byte in key:
            if byte not in children[node]:
                children[node][byte] = len(children)
                children.append({})
            node = children[node][byte]
        value_of[node] = values[key]
    return children, value_of


def _places(children, value_of):
    """Nodes with many children choose first, while there is room."""
    places, bases = [0] * len(children), [0] * len(children)
    space = _Space()
    for node in sorted(range(len(children)), key=lambda node: (-len(children[node]), node)):
        labels = ([0] if node in value_of else []) + sorted(children[node])
        bases[node] = space.take(labels)
        for byte, child in children[node].items():
            places[child] = bases[node] ^ byte
    return bases, places


class _Space:
    """Which places are free and which bases are used, in blocks of 256 that are searched until they are full or refuse too often."""

    def __init__(self):
        self.blocks, self.count, self.used = [], 0, {0}
        self._grow()
        self.blocks[0].free.discard(0)

    def _grow(self):
        self.blocks.append(_Block(self.count * 256))
        self.count += 1

    def take(self, labels):
        for block in self.blocks:
            base = self._base(block, labels)
            if base is not None:
                block.free.difference_update(base ^ label for label in labels)
                self.used.add(base)
                self.blocks = [one for one in self.blocks if one.free and one.refusals < MOST_REFUSALS]
                return base
            block.refusals += 1
        self._grow()
        return self.take(labels)

    def _base(self, block, labels):
        if len(block.free) >= len(labels):
            for place in sorted(block.free):
                base = place ^ labels[0]
                if base not in self.used and all(base ^ label in block.free for label in labels):
                    return base
        return None


class _Block:
    def __init__(self, start):
        self.free, self.refusals = set(range(start, start + 256)), 0
