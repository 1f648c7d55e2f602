//! What the database itself says it has, held against what is declared.

use tradewind_schema::{Found, record};

use crate::{Db, Dialect, StoreError};

record! {
    struct Listed of "the catalogue" key [table_name, column_name] {
        table_name: text,
        column_name: text,
        type_name: text,
        nullable: bool,
        key_place: int => usize,
    }
}

/// Every column of every table. A column of a primary key counts as NOT NULL: SQLite does not say so by itself.
const SQLITE: &str = "SELECT m.name AS table_name, p.name AS column_name, p.type AS type_name, (p.\"notnull\" = 0 AND p.pk = 0) AS nullable, \
    p.pk AS key_place FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS p \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid LIMIT 20000";
const POSTGRES: &str = "SELECT CAST(c.table_name AS text) AS table_name, CAST(c.column_name AS text) AS column_name, \
    CAST(c.data_type AS text) AS type_name, c.is_nullable = 'YES' AS nullable, COALESCE((SELECT CAST(k.ordinal_position AS bigint) \
    FROM information_schema.table_constraints AS t JOIN information_schema.key_column_usage AS k USING (constraint_schema, constraint_name) \
    WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = c.table_schema AND t.table_name = c.table_name \
    AND k.column_name = c.column_name), 0) AS key_place FROM information_schema.columns AS c \
    JOIN information_schema.tables AS n USING (table_schema, table_name) \
    WHERE c.table_schema = current_schema() AND n.table_type = 'BASE TABLE' AND $1 = 0 ORDER BY c.table_name, c.ordinal_position LIMIT 20000";

/// Every column of every table of the database.
pub(crate) async fn columns(db: &Db) -> Result<Vec<Found>, StoreError> {
    // An argument, so that PostgreSQL answers in its binary form.
    let (sql, args) = match db.dialect() {
        Dialect::Sqlite => (SQLITE, Vec::new()),
        Dialect::Postgres => (POSTGRES, vec![0.into()]),
    };
    let found = db.query(sql, args).await?.read::<Listed>()?.into_iter().map(|listed| Found {
        table: listed.table_name,
        column: listed.column_name,
        ty: listed.type_name,
        nullable: listed.nullable,
        key: listed.key_place,
    });
    Ok(found.collect())
}
