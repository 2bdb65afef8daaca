use super::breaking_changes;
use serde_json::{Value, json};

/// A document with one call that takes and answers a thing.
fn document() -> Value {
    let body =
        |name: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } });
    json!({
        "paths": {
            "/things": {
                "get": { "operationId": "listThings", "responses": { "200": { "content": body("Thing") } } },
                "post": {
                    "operationId": "createThing",
                    "parameters": [{ "name": "dry", "in": "query", "required": false, "schema": { "type": "boolean" } }],
                    "requestBody": { "required": false, "content": body("NewThing") },
                    "responses": {
                        "201": { "headers": { "Request-Id": {} }, "content": body("Thing") },
                        "409": { "content": body("Problem") },
                    },
                    "security": [{ "secretKey": [] }, { "userToken": [] }],
                },
            },
            "/open": { "get": { "operationId": "open", "responses": {}, "security": [] } },
        },
        "components": { "schemas": {
            "Problem": { "type": "object", "properties": { "code": { "type": "string" } } },
            "Color": { "oneOf": [{ "type": "string", "const": "red", "description": "…" }, { "type": "string", "const": "blue" }] },
            "NewThing": {
                "type": "object",
                "additionalProperties": false,
                "required": ["name"],
                "properties": {
                    "name": { "type": "string", "maxLength": 10 },
                    "color": { "anyOf": [{ "$ref": "#/components/schemas/Color" }, { "type": "null" }] },
                    "size": { "type": ["integer", "null"], "minimum": 1 },
                    "parts": { "type": "array", "items": { "$ref": "#/components/schemas/NewThing" } },
                },
            },
            "Thing": {
                "type": "object",
                "required": ["id", "parts"],
                "properties": {
                    "id": { "type": "string" },
                    "color": { "$ref": "#/components/schemas/Color" },
                    "size": { "type": "integer" },
                    "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } },
                },
            },
        } },
    })
}

/// What the change at `pointer` breaks: the value there becomes `value`, or goes.
fn changed(changes: &[(&str, Option<Value>)]) -> Vec<String> {
    let (old, mut new) = (document(), document());
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = new.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} is not in the document"));
        let name = name.replace("~1", "/");
        match (value, parent) {
            (Some(value), Value::Array(parent)) if name == "-" => parent.push(value.clone()),
            (Some(value), parent) => parent[name] = value.clone(),
            (None, Value::Object(parent)) => drop(parent.remove(&name).unwrap()),
            (None, Value::Array(parent)) => drop(parent.remove(name.parse().unwrap())),
            (None, _) => panic!("{pointer} has no parts"),
        }
    }
    breaking_changes(&old, &new)
}

const CREATE: &str = "POST /things";

#[test]
fn nothing_changed() {
    assert_eq!(changed(&[]), Vec::<String>::new());
}

#[test]
fn what_is_gone() {
    assert_eq!(changed(&[("/paths/~1things", None)]), ["/things: the path is gone"]);
    assert_eq!(changed(&[("/paths/~1things/get", None)]), ["GET /things: the call is gone"]);
    assert_eq!(changed(&[("/paths/~1things/post/parameters/0", None)]), [format!("{CREATE}, query `dry`: it is gone")]);
    assert_eq!(
        changed(&[("/paths/~1things/post/responses/201", None)]),
        [format!("{CREATE}, 201: the status is gone")]
    );
    assert_eq!(
        changed(&[("/paths/~1things/post/responses/201/headers/Request-Id", None)]),
        [format!("{CREATE}, 201: the header `Request-Id` is gone")]
    );
    assert_eq!(
        changed(&[("/components/schemas/NewThing/properties/size", None)]),
        [format!("{CREATE}, body, `size`: the member is gone")]
    );
    // The first place of several: a type is compared once.
    assert_eq!(
        changed(&[("/components/schemas/Thing/properties/color", None)]),
        ["GET /things, 200, `color`: the member is gone"]
    );
    assert_eq!(
        changed(&[("/components/schemas/Color/oneOf/1", None)]),
        [format!("{CREATE}, body, `color`: the value \"blue\" is gone")]
    );
}

#[test]
fn what_has_become_needed() {
    assert_eq!(
        changed(&[("/components/schemas/NewThing/required/-", Some("size".into()))]),
        [format!("{CREATE}, body, `size`: the member has become required")]
    );
    let required = json!({ "type": "string" });
    assert_eq!(
        changed(&[
            ("/components/schemas/NewThing/properties/kind", Some(required)),
            ("/components/schemas/NewThing/required/-", Some("kind".into())),
        ]),
        [format!("{CREATE}, body, `kind`: the member has become required")]
    );
    assert_eq!(
        changed(&[("/paths/~1things/post/requestBody/required", Some(true.into()))]),
        [format!("{CREATE}, body: it has become required")]
    );
    assert_eq!(
        changed(&[("/paths/~1things/post/parameters/0/required", Some(true.into()))]),
        [format!("{CREATE}: query `dry` has become required")]
    );
    let header = json!({ "name": "Key", "in": "header", "required": true, "schema": {} });
    assert_eq!(
        changed(&[("/paths/~1things/post/parameters/-", Some(header))]),
        [format!("{CREATE}: header `Key` has become required")]
    );
    assert_eq!(
        changed(&[("/paths/~1things/post/security/1", None)]),
        [format!("{CREATE}: `userToken` may not call it")]
    );
    assert_eq!(
        changed(&[("/paths/~1open/get/security/-", Some(json!({ "secretKey": [] })))]),
        ["GET /open: it needs a credential"]
    );
}

#[test]
fn what_has_become_narrower_to_send_or_wider_to_read() {
    let new_thing = "/components/schemas/NewThing/properties";
    assert_eq!(
        changed(&[(&format!("{new_thing}/size/type"), Some(json!(["integer"])))]),
        [format!("{CREATE}, body, `size`: it may not be of the type null any more")]
    );
    assert_eq!(
        changed(&[(&format!("{new_thing}/size/minimum"), Some(2.into()))]),
        [format!("{CREATE}, body, `size`: `minimum` has become 2")]
    );
    assert_eq!(
        changed(&[(&format!("{new_thing}/name/pattern"), Some("^a".into()))]),
        [format!("{CREATE}, body, `name`: `pattern` has become \"^a\"")]
    );
    assert_eq!(
        changed(&[(&format!("{new_thing}/name/enum"), Some(json!(["a", "b"])))]),
        [format!("{CREATE}, body, `name`: it may have some values only")]
    );
    let thing = "/components/schemas/Thing";
    assert_eq!(
        changed(&[(&format!("{thing}/properties/size/type"), Some(json!(["integer", "null"])))]),
        ["GET /things, 200, `size`: it may be of the type null"]
    );
    assert_eq!(
        changed(&[(&format!("{thing}/properties/size/type"), Some("number".into()))]),
        ["GET /things, 200, `size`: it may be of the type number"]
    );
    assert_eq!(
        changed(&[(&format!("{thing}/required"), Some(json!(["id"])))]),
        ["GET /things, 200, `parts`: the member may be missing"]
    );
    assert_eq!(
        changed(&[("/paths/~1things/post/operationId", Some("makeThing".into()))]),
        [format!("{CREATE}: its name was \"createThing\", and is \"makeThing\"")]
    );
}

#[test]
fn additions_break_nothing() {
    let optional = json!({ "type": "string" });
    let call = json!({ "operationId": "showThing", "responses": {} });
    let header = json!({ "name": "Key", "in": "header", "required": false, "schema": {} });
    let new_thing = "/components/schemas/NewThing/properties";
    assert_eq!(
        changed(&[
            ("/paths/~1things~1{id}", Some(call)),
            ("/paths/~1things/post/parameters/-", Some(header)),
            ("/paths/~1things/post/responses/402", Some(json!({}))),
            ("/paths/~1things/post/responses/409", None),
            ("/paths/~1things/post/security/-", Some(json!({ "operator": [] }))),
            (&format!("{new_thing}/kind"), Some(optional.clone())),
            (&format!("{new_thing}/size/type"), Some(json!(["number", "null"]))),
            (&format!("{new_thing}/size/minimum"), Some(0.into())),
            (&format!("{new_thing}/name/maxLength"), None),
            ("/components/schemas/NewThing/required", Some(json!([]))),
            ("/components/schemas/Thing/properties/kind", Some(optional)),
            ("/components/schemas/Thing/required/-", Some("size".into())),
            ("/components/schemas/Color/oneOf/-", Some(json!({ "type": "string", "const": "green" }))),
        ]),
        Vec::<String>::new()
    );
    // A list of values is the same with or without descriptions.
    assert_eq!(
        changed(&[("/components/schemas/Color", Some(json!({ "type": "string", "enum": ["red", "blue"] })))]),
        Vec::<String>::new()
    );
}
