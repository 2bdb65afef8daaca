"""How a JSON answer is written: its white space, its escapes, the order of its keys."""
import json


def go_text(text, html):
    """A string as Go's encoders write it; `html` says whether HTML's letters are escaped."""
    written = json.dumps(text, ensure_ascii=False)
    for char in "<>&\u2028\u2029\ufffd" if html else "\u2028\u2029\ufffd":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return written


def written(value, indent=None, html=True, depth=0):
    """The value as compact JSON, or with two more spaces at each depth."""
    if isinstance(value, str):
        return go_text(value, html)
    if not isinstance(value, (dict, list)) or not value:
        return json.dumps(value)
    if isinstance(value, dict):
        items = [go_text(key, html) + (":" if indent is None else ": ") + written(item, indent, html, depth + 1) for key, item in value.items()]
    else:
        items = [written(item, indent, html, depth + 1) for item in value]
    start, end = "{}" if isinstance(value, dict) else "[]"
    if indent is None:
        return start + ",".join(items) + end
    inner, outer = "\n" + indent * (depth + 1), "\n" + indent * depth
    return start + inner + ("," + inner).join(items) + outer + end


def layout(body):
    """What the white space of a JSON text is: compact or indented, with or without a newline at the end; or `other`."""
    text = body.decode(errors="surrogateescape")
    value = json.loads(text)
    # A structure that Go prints, with its `&`, stands in texts of the reference alone.
    plain = "{_struct:" in text or not any(char in text for char in ("<", ">", "&", "\\u00"))
    for name, indent in (("compact", None), ("indented", "  ")):
        for ending in ("\n", ""):
            for html in (True, False):
                if text == written(value, indent, html) + ending:
                    return f"{name}, {'newline' if ending else 'no newline'}{'' if plain or html else ', HTML as it is'}"
    return "other"


def order(value):
    """The keys of a value's objects in their order."""
    if isinstance(value, dict):
        return {"keys": list(value), "of": {key: order(item) for key, item in value.items() if isinstance(item, (dict, list))}}
    if isinstance(value, list):
        return sorted((order(item) for item in value if isinstance(item, (dict, list))), key=str)
    return None
