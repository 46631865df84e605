"""Turns template.yaml into plain CloudFormation with SAM's own translator: no account, no network.

usage: translate.py template.yaml > template.json

Writes {"source": the template's text, "translated": what CloudFormation would get}, for tests/all/template.rs.
"""

import json
import logging
import os
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator


class NoManagedPolicies(dict):
    """The translator asks for AWS's managed policies by name; this template uses none."""

    def __missing__(self, name):
        raise SystemExit(f"template.yaml uses the managed policy {name}; write down what it allows instead")


def translated(source):
    template = yaml_parse(source)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam build` puts the zip's place here; the translator takes no folder.
            properties = resource["Properties"]
            properties["CodeUri"] = {"Bucket": properties["CodeUri"], "Key": resource["Metadata"]["BuildProperties"]["Binary"]}
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = {"Bucket": resource["Properties"]["ContentUri"], "Key": "layer"}
    defaults = {name: written["Default"] for name, written in template["Parameters"].items()}
    translator = Translator(NoManagedPolicies(), Parser())
    return translator.translate(sam_template=template, parameter_values=defaults)


def main():
    # The translator wants to know the partition; any Region of the standard one will do.
    os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
    # It regrets loudly that nobody toggles its features.
    logging.disable(logging.WARNING)
    source = Path(sys.argv[1]).read_text(encoding="utf-8")
    json.dump({"source": source, "translated": translated(source)}, sys.stdout, indent=1, default=str)


main()
