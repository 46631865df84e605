"""Says how large each function of `sam build` is as it would be uploaded; fails where one is over 8 MB.

usage: sizes.py .aws-sam/build
"""

import io
import sys
import zipfile
from pathlib import Path

LIMIT = 8_000_000


def zipped(program):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.write(program, "bootstrap")
    return archive.tell()


def main():
    programs = sorted(Path(sys.argv[1]).glob("*/bootstrap"))
    sizes = {program.parent.name: (program.stat().st_size, zipped(program)) for program in programs}
    for name, (plain, packed) in sizes.items():
        print(f"{name}: {plain / 1e6:.1f} MB, zipped {packed / 1e6:.1f} MB")
    if not sizes or max(packed for _, packed in sizes.values()) > LIMIT:
        sys.exit(f"there must be functions, and none over {LIMIT / 1e6:.0f} MB zipped")


main()
