"""Runs a step of `make test` and keeps how long it took; prints the table of all steps at the end.

usage: steps.py start | steps.py run NAME COMMAND… | steps.py table

`start` forgets the last run. `run` runs a command, and fails as it fails. `table` prints the steps and keeps them in target/steps.txt.
Seconds are those of a clock; CPU seconds are those of the step's processes, so that they say the same on a busy machine.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "target"
STEPS, TABLE = TARGET / "steps.jsonl", TARGET / "steps.txt"
# make hands its own job server to the commands it starts; cargo shall not look for it.
MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
# Where `make test` shows progress, while it holds back each step's output until the step is over.
PROGRESS = 9


def tell(line):
    try:
        os.write(PROGRESS, f"{line}\n".encode())
    except OSError:
        pass  # The step was started by itself.


def start():
    TARGET.mkdir(exist_ok=True)
    STEPS.write_text(json.dumps({"began": time.time()}) + "\n")


def run(name, command):
    environment = {key: value for key, value in os.environ.items() if key not in MAKE}
    tell(f"{name} …")
    began = time.time()
    status = subprocess.run(command, env=environment, check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    step = {"name": name, "seconds": time.time() - began, "cpu": used.ru_utime + used.ru_stime, "status": status}
    tell(f"{name}: {'done' if status == 0 else 'FAILED'} after {step['seconds']:.0f} s")
    if "SBF_STEPS" in os.environ:  # A part of `make test`.
        with STEPS.open("a") as kept:
            kept.write(json.dumps(step) + "\n")
    sys.exit(status if status >= 0 else 1)


def table():
    began, *steps = [json.loads(line) for line in STEPS.read_text().splitlines()]
    lines = [f"{'step':<14}{'seconds':>9}{'CPU seconds':>13}"]
    for step in steps:
        failed = "" if step["status"] == 0 else "  FAILED"
        lines.append(f"{step['name']:<14}{step['seconds']:>9.0f}{step['cpu']:>13.0f}{failed}")
    cpu = sum(step["cpu"] for step in steps)
    lines.append(f"{'all of them':<14}{time.time() - began['began']:>9.0f}{cpu:>13.0f}")
    TABLE.write_text("\n".join(lines) + "\n")
    print(TABLE.read_text(), end="")


match sys.argv[1:]:
    case ["start"]:
        start()
    case ["run", name, *command] if command:
        run(name, command)
    case ["table"]:
        table()
    case _:
        sys.exit(__doc__)
