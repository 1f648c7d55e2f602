//! What utoipa writes of our types, put right for those who generate clients from the OpenAPI document: an object without a list of
//! its fields takes any, and null is no default.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, Schema, SchemaType, Type};

/// Puts a schema and all within it right.
pub fn mend(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Array(array) => {
            forget_null(&mut array.default);
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                mend(items);
            }
        }
        Schema::Object(object) => mend_object(object),
        Schema::OneOf(of) => {
            forget_null(&mut of.default);
            of.items.iter_mut().for_each(mend);
        }
        Schema::AllOf(of) => {
            forget_null(&mut of.default);
            of.items.iter_mut().for_each(mend);
        }
        Schema::AnyOf(of) => {
            forget_null(&mut of.default);
            of.items.iter_mut().for_each(mend);
        }
        // There is no other; utoipa may make one.
        _ => {}
    }
}

fn mend_object(object: &mut Object) {
    forget_null(&mut object.default);
    object.properties.values_mut().for_each(mend);
    match object.additional_properties.as_deref_mut() {
        Some(AdditionalProperties::RefOr(inner)) => mend(inner),
        Some(AdditionalProperties::FreeForm(_)) => {}
        None if object.properties.is_empty() && is_object(&object.schema_type) => {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(true)));
        }
        None => {}
    }
}

fn is_object(schema_type: &SchemaType) -> bool {
    match schema_type {
        SchemaType::Type(found) => *found == Type::Object,
        SchemaType::Array(found) => found.contains(&Type::Object),
        SchemaType::AnyValue => false,
    }
}

/// A generator takes a default for a promise that the field is there.
fn forget_null(default: &mut Option<serde_json::Value>) {
    if default.as_ref().is_some_and(serde_json::Value::is_null) {
        *default = None;
    }
}
