"""The pages of deploy/openapi, and whether an answer is one of those that they describe. As much of JSON Schema 2020-12 as the pages use."""

import pathlib
import re

import yaml

PAGES = pathlib.Path(__file__).parents[2] / "deploy/openapi"
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
KNOWN = {"$ref", "type", "required", "properties", "additionalProperties", "unevaluatedProperties", "items", "enum", "const", "pattern", "oneOf", "allOf",
         "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "format", "description", "default", "examples", "title", "contentMediaType"}


def services():
    return sorted(p.stem for p in PAGES.glob("*.yaml"))


class Page:
    def __init__(self, service):
        self.service = service
        self.doc = yaml.safe_load((PAGES / f"{service}.yaml").read_text())

    def resolve(self, node):
        """The node, or what its $ref leads to."""
        while isinstance(node, dict) and "$ref" in node:
            path = node["$ref"]
            assert path.startswith("#/"), f"{path} leads out of the page"
            node = self.doc
            for part in path[2:].split("/"):
                assert part in node, f"{path} leads nowhere"
                node = node[part]
        return node

    def operations(self):
        """(METHOD, path): operation, its parameters with those of its path."""
        for path, item in self.doc["paths"].items():
            for method, operation in item.items():
                if method in ("get", "post", "put", "delete", "patch"):
                    parameters = [self.resolve(p) for p in item.get("parameters", []) + operation.get("parameters", [])]
                    yield (method.upper(), path), operation, parameters

    def refs(self, node=None):
        """Every $ref of the page."""
        node = self.doc if node is None else node
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if key == "$ref":
                yield value
            elif isinstance(value, (dict, list)):
                yield from self.refs(value)

    def operation(self, method, target):
        """The operation that a request's target names."""
        found = []
        for (m, path), operation, _ in self.operations():
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))
            if m == method and re.fullmatch(pattern, target.split("?")[0]):
                found.append((path.count("{"), path, operation))
        assert found, f"{method} {target} is not in {self.service}.yaml"
        return min(found)[2]

    def check(self, method, target, status, body):
        """The answer (decoded JSON, or None for anything else) is described; an AssertionError says what isn't."""
        responses = self.operation(method, target)["responses"]
        assert str(status) in responses, f"{method} {target}: {status} is not described"
        content = self.resolve(responses[str(status)]).get("content", {})
        for media, described in content.items():
            if media.endswith("json"):
                self.validate(body, described["schema"], f"{method} {target} {status}")

    # ---- JSON Schema ----

    def validate(self, value, schema, at):
        self.properties_of(value, schema, at)

    def properties_of(self, value, schema, at):
        """Checks the value; the names of its properties that the schema knows."""
        schema = self.resolve(schema)
        assert not set(schema) - KNOWN, f"{at}: this checker doesn't know {set(schema) - KNOWN}"
        self.check_type(value, schema, at)
        if "enum" in schema:
            assert value in schema["enum"], f"{at}: {value!r} is none of {schema['enum']}"
        if isinstance(value, str) and "pattern" in schema:
            assert re.search(schema["pattern"], value), f"{at}: {value!r} is not {schema['pattern']}"
        if isinstance(value, list) and "items" in schema:
            for i, item in enumerate(value):
                self.validate(item, schema["items"], f"{at}[{i}]")
        if "oneOf" in schema:
            self.check_one(value, schema["oneOf"], at)
        known = set()
        for part in schema.get("allOf", []):
            known |= self.properties_of(value, part, at)
        if isinstance(value, dict):
            known |= self.check_object(value, schema, known, at)
        return known

    @staticmethod
    def check_type(value, schema, at):
        if "type" not in schema:
            return
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        fits = any(isinstance(value, TYPES[n]) and not (n == "integer" and isinstance(value, bool)) for n in names)
        assert fits, f"{at}: {value!r} is no {' or '.join(names)}"

    def check_one(self, value, schemas, at):
        fits = 0
        for schema in schemas:
            try:
                self.validate(value, schema, at)
                fits += 1
            except AssertionError:
                pass
        assert fits == 1, f"{at}: {fits} of {len(schemas)} forms fit"

    def check_object(self, value, schema, known, at):
        for name in schema.get("required", []):
            assert name in value, f"{at}: no {name}"
        properties = schema.get("properties", {})
        for name, inner in properties.items():
            if name in value:
                self.validate(value[name], inner, f"{at}.{name}")
        known = known | set(properties)
        if schema.get("additionalProperties") is False or schema.get("unevaluatedProperties") is False:
            assert not set(value) - known, f"{at}: {sorted(set(value) - known)} is not described"
        return known
