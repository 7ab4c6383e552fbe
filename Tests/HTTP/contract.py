"""The OpenAPI document, read strictly: what it does not name is an error, although clients have to ignore it."""

from __future__ import annotations

import jsonschema_rs
import yaml

METHODS = ("get", "post", "put", "delete", "patch")


class Contract:
    def __init__(self, text: bytes):
        self.document = yaml.safe_load(text)
        self._close(self.document["components"]["schemas"])
        self.seen: set[tuple[str, str]] = set()
        """Schema and name of each field that has come."""

    def _close(self, schema: object) -> None:
        if isinstance(schema, list):
            for part in schema:
                self._close(part)
        elif isinstance(schema, dict):
            if isinstance(schema.get("properties"), dict):
                schema["additionalProperties"] = False
            for part in schema.values():
                self._close(part)

    @property
    def paths(self) -> dict[str, dict]:
        return self.document["paths"]

    def methods(self, path: str) -> set[str]:
        return {method.upper() for method in METHODS if method in self.paths[path]}

    def operations(self):
        for path, item in self.paths.items():
            for method in METHODS:
                if method in item:
                    yield path, method, item[method]

    def resolved(self, part: dict) -> dict:
        while "$ref" in part:
            place = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                place = place[name]
            part = place
        return part

    def check(self, path: str, method: str, answer) -> None:
        """Checks an answer: its status, its type, its fields, and the body to the last key."""
        responses = self.paths[path][method.lower()]["responses"]
        assert str(answer.status) in responses, f"{method} {path}: {answer.status} is not said to be an answer"
        response = self.resolved(responses[str(answer.status)])
        for name, field in response.get("headers", {}).items():
            assert not field.get("required") or name.lower() in answer.fields, f"{method} {path}: no {name}"
        if "content" not in response:
            assert answer.body == b""
            return
        kind = answer.fields["content-type"].partition(";")[0]
        assert kind in response["content"], f"{method} {path}: {kind}"
        if kind == "application/json":
            schema = response["content"][kind]["schema"]
            self.validate(schema, answer.json)
            self._note(schema, answer.json, "")

    def validate(self, schema: dict, value: object) -> None:
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "components": self.document["components"]}
        jsonschema_rs.validate(whole, value)

    def _note(self, schema: dict, value: object, name: str) -> None:
        """Notes which fields have come."""
        name = schema.get("$ref", name).rpartition("/")[2]
        schema = self.resolved(schema)
        if isinstance(value, list):
            for part in value:
                self._note(schema.get("items", {}), part, name)
        elif isinstance(value, dict):
            for key, part in value.items():
                self.seen.add((name, key))
                if key in schema.get("properties", {}):
                    self._note(schema["properties"][key], part, f"{name}.{key}")

    def fields(self, name: str) -> set[tuple[str, str]]:
        """All fields of a schema, and of the objects within it that have no name of their own."""
        found: set[tuple[str, str]] = set()

        def walk(schema: dict, name: str) -> None:
            if "$ref" in schema:
                return
            if "items" in schema:
                walk(schema["items"], name)
            for key, part in schema.get("properties", {}).items():
                found.add((name, key))
                walk(part, f"{name}.{key}")

        walk(self.document["components"]["schemas"][name], name)
        return found
