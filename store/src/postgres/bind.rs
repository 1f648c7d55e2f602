//! Values as PostgreSQL arguments: one by one for raw statements, one array a column for bulk operations.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo};
use sqlx::{Arguments as _, Encode, Postgres, Type};
use uuid::Uuid;

use crate::{Ty, Value};
use tradewind_schema::Spec;

/// NULL whose type the server infers from the statement (type number 0).
struct UntypedNull;

impl Type<Postgres> for UntypedNull {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for UntypedNull {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

pub(super) fn arguments(values: &[Value]) -> Result<PgArguments, BoxDynError> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Null => arguments.add(UntypedNull),
            Value::Int(value) => arguments.add(value),
            Value::Real(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value.as_str()),
            Value::Bytes(value) => arguments.add(value.as_slice()),
            Value::Uuid(value) => arguments.add(value),
            Value::UuidList(values) => arguments.add(values),
            Value::TextList(values) => arguments.add(values),
            Value::IntList(values) => arguments.add(values),
            Value::Unwritable(problem) => Err((**problem).into()),
        }?;
    }
    Ok(arguments)
}

/// One array a column, from values stored row after row.
pub(super) fn columns(spec: &'static dyn Spec, values: &[Value]) -> Result<PgArguments, BoxDynError> {
    let mut arguments = PgArguments::default();
    for index in 0..spec.width() {
        let cells = values.iter().skip(index).step_by(spec.width());
        let Some((_, ty)) = spec.column(index) else { continue };
        // Batches are checked when they are built, so what does not fit here is NULL.
        match ty {
            Ty::Uuid => arguments
                .add(cells.map(|cell| if let Value::Uuid(value) = cell { Some(*value) } else { None }).collect::<Vec<Option<Uuid>>>()),
            Ty::Int => arguments
                .add(cells.map(|cell| if let Value::Int(value) = cell { Some(*value) } else { None }).collect::<Vec<Option<i64>>>()),
            Ty::Text => arguments.add(
                cells.map(|cell| if let Value::Text(value) = cell { Some(value.as_str()) } else { None }).collect::<Vec<Option<&str>>>(),
            ),
            Ty::Bytes => arguments.add(
                cells
                    .map(|cell| if let Value::Bytes(value) = cell { Some(value.as_slice()) } else { None })
                    .collect::<Vec<Option<&[u8]>>>(),
            ),
            Ty::Real => arguments
                .add(cells.map(|cell| if let Value::Real(value) = cell { Some(*value) } else { None }).collect::<Vec<Option<f64>>>()),
            Ty::Bool => arguments
                .add(cells.map(|cell| if let Value::Bool(value) = cell { Some(*value) } else { None }).collect::<Vec<Option<bool>>>()),
        }?;
    }
    Ok(arguments)
}
