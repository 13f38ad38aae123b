"""As much of JSON Schema 2020-12 as docs/explanation.schema.json uses. An unknown keyword is a defect of the schema."""

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SILENT = {"$schema", "$id", "$defs", "title", "description"}


def has_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def problems(value, schema, root=None, where="$"):
    """Where and why `value` breaks `schema`; empty = it does not."""
    root = root or schema
    found = []
    for keyword, rule in schema.items():
        if keyword in SILENT:
            continue
        if keyword == "$ref":
            target = root
            for step in rule.removeprefix("#/").split("/"):
                target = target[step]
            found += problems(value, target, root, where)
        elif keyword == "type":
            names = [rule] if isinstance(rule, str) else rule
            if not any(has_type(value, name) for name in names):
                found.append(f"{where}: {value!r} is no {rule}")
        elif keyword == "const":
            if value != rule:
                found.append(f"{where}: {value!r} is not {rule!r}")
        elif keyword == "enum":
            if value not in rule:
                found.append(f"{where}: {value!r} is none of {rule}")
        elif keyword == "minimum":
            if isinstance(value, (int, float)) and value < rule:
                found.append(f"{where}: {value} is below {rule}")
        elif keyword == "required":
            if isinstance(value, dict):
                found += [f"{where}: {name} is missing" for name in rule if name not in value]
        elif keyword == "properties":
            if isinstance(value, dict):
                for name, own in rule.items():
                    if name in value:
                        found += problems(value[name], own, root, f"{where}.{name}")
        elif keyword == "items":
            if isinstance(value, list):
                for i, item in enumerate(value):
                    found += problems(item, rule, root, f"{where}[{i}]")
        elif keyword == "allOf":
            for own in rule:
                found += problems(value, own, root, where)
        elif keyword == "oneOf":
            if sum(not problems(value, own, root, where) for own in rule) != 1:
                found.append(f"{where}: matches not exactly one of {len(rule)} forms")
        else:
            found.append(f"{where}: the schema uses {keyword}, which is not checked")
    return found


def unknown_fields(value, schema, root=None, where="$"):
    """Fields of `value` that the schema does not name, where it names any."""
    root = root or schema
    known, forms = dict(schema.get("properties", {})), []
    for own in [schema, *schema.get("allOf", []), *schema.get("oneOf", [])]:
        if "$ref" in own:
            target = root
            for step in own["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            forms.append(target)
    for form in forms:
        known |= form.get("properties", {})
    found = []
    if isinstance(value, dict) and known:
        for name, item in value.items():
            if name not in known:
                found.append(f"{where}.{name}")
            else:
                found += unknown_fields(item, known[name], root, f"{where}.{name}")
    if isinstance(value, list):
        items = schema.get("items") or next((form["items"] for form in forms if "items" in form), {})
        for i, item in enumerate(value):
            found += unknown_fields(item, items, root, f"{where}[{i}]")
    return found
