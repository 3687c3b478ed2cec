"""Reads a JSON Schema from standard input: it must be one, take every file that is named, and refuse a misspelt option."""

import json
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """Keys are text, as in a pipeline file: the symbol ON is not true. Times are text as well."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp", ":int"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", __import__("re").compile("^(true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:int", __import__("re").compile("^[-+]?[0-9]+$"), list("-+0123456789"))

schema = json.load(sys.stdin)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
failed = False
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        document = yaml.load(file, Loader)
    for error in validator.iter_errors(document):
        failed = True
        print(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message}", file=sys.stderr)

for wrong in (
    {"sources": {"a": {"ticker": {"intervall": "1s"}}}},
    {"sources": {"a": {"tickr": {}}}},
    {"sources": {"a": {"ticker": {"interval": "soon"}}}},
    {"channels": {"a": {"from": "b", "keep": "lots"}}},
    {"filters": {"a": {"from": "b", "steps": [{"where": "true", "sample": "1%"}]}}},
):
    if validator.is_valid(wrong):
        failed = True
        print(f"the schema takes what is wrong: {wrong}", file=sys.stderr)
sys.exit(failed)
