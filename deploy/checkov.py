"""Has Checkov look at the template, as a reviewer would, and compares what it finds with the exceptions that are explained.

usage: checkov.py template.yaml exceptions.yaml

Fails where Checkov finds what no exception explains, and where an exception explains what Checkov finds no more.
"""

import json
import subprocess
import sys
from pathlib import Path

import yaml


def found(template):
    """Pairs of a check's id and a resource's logical id; Checkov asks nobody for its guidelines."""
    command = [Path(sys.executable).with_name("checkov"), "--framework", "cloudformation", "--file", template]
    run = subprocess.run([*command, "--skip-download", "--output", "json"], capture_output=True, text=True, check=False)
    try:
        results = json.loads(run.stdout)["results"]
    except (ValueError, KeyError):
        sys.exit(f"Checkov said nothing that can be read: {run.stdout[-500:]}{run.stderr[-2000:]}")
    if results["parsing_errors"] or not results["passed_checks"]:
        sys.exit(f"Checkov could not read {template}: {results['parsing_errors']}")
    names = {(check["check_id"], resource(check)): check["check_name"] for check in results["failed_checks"]}
    return names, len(results["passed_checks"])


def resource(check):
    return check["resource"].rsplit(".", 1)[-1]


def explained(file):
    exceptions = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    for check, exception in exceptions.items():
        if len(exception["why"].split()) < 6:
            sys.exit(f"{file}: {check} is not explained")
    return {(check, name) for check, exception in exceptions.items() for name in exception["resources"]}


def main(template, file):
    (names, passed), exceptions = found(template), explained(file)
    new, gone = sorted(names.keys() - exceptions), sorted(exceptions - names.keys())
    for check, name in new:
        print(f"{check} of {name}: {names[check, name]}. Mend it, or explain it in {file}.")
    for check, name in gone:
        print(f"{check} of {name} is explained in {file} and is no finding any more.")
    print(f"Checkov: {passed} checks passed, {len(names)} findings, {len(names) - len(new)} of them explained")
    sys.exit(1 if new or gone else 0)


if len(sys.argv) != 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
