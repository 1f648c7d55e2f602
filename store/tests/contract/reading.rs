//! Queries: values, lists, snapshots, limits.

use futures::future::join;
use tradewind_schema::record;
use tradewind_store::{Batch, Query, ReadError, StoreError, Value};
use uuid::Uuid;

use crate::on_every_database;
use crate::place::*;

record! {
    /// In another order than the statement gives the columns.
    struct Thing of "things" key [id] {
        live: bool,
        name: json => Vec<u8>,
        ratio: real null,
        id: uuid,
        amount: int => u8,
    }
}

on_every_database! {
    async fn rows_are_read_by_the_names_of_their_columns(place: &Place) {
        let ids = [Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)];
        put(&place.db, vec![thing(ids[0], "[1,2]", 7), thing(ids[1], "[]", 300), thing(ids[2], "no JSON", 9)]).await;
        let all = "SELECT amount, id, name, ratio, live FROM things ORDER BY id LIMIT 9";
        let rows = place.db.query(all, vec![]).await.unwrap();
        let read: Vec<_> = rows.clone().each::<Thing>().unwrap().collect();
        let first = read[0].as_ref().unwrap();
        assert_eq!((first.id, first.name.as_slice(), first.amount, first.ratio, first.live), (ids[0], &[1, 2][..], 7, None, true));
        // What does not parse is named, and leaves the others be.
        let bad = |index: usize| read[index].as_ref().unwrap_err().bad_column().unwrap();
        assert_eq!((bad(1).table, bad(1).row.as_str(), bad(1).column), ("things", ids[1].to_string().as_str(), "amount"));
        assert_eq!((bad(2).row.as_str(), bad(2).column), (ids[2].to_string().as_str(), "name"));
        assert!(bad(2).problem.contains("expected"), "{}", bad(2).problem);
        let said = rows.read::<Thing>().unwrap_err().to_string();
        assert!(said.contains(&format!("things, row {}, column amount", ids[1])), "{said}");
        let missing = place.db.query("SELECT id, live FROM things ORDER BY id LIMIT 9", vec![]).await.unwrap();
        assert_eq!(missing.clone().read::<Thing>().unwrap_err(), ReadError::Missing { table: "things", column: "name" });
        assert_eq!(missing.column::<Uuid>("id").unwrap(), ids);
        let none = place.db.query("SELECT id FROM things WHERE amount = -7 LIMIT 9", vec![]).await.unwrap();
        assert!(none.read::<Thing>().unwrap().is_empty());
    }

    async fn values_come_back_as_they_went_in(place: &Place) {
        let id = Uuid::now_v7();
        let texts = ["", "Zoë ✓ 日本語 🛒 'quoted' \"$1\" \\", "line\nbreak"];
        let bytes = [vec![], vec![0, 255, 1], id.as_bytes().to_vec()];
        let amounts = [i64::MIN, i64::MAX, 0];
        for index in 0..3 {
            let id = Uuid::now_v7();
            put(&place.db, vec![[id.into(), texts[index].into(), amounts[index].into(), 0.1.into(), bytes[index].clone().into(), false.into()]]).await;
            let sql = "SELECT id, name, amount, ratio, body, live FROM things WHERE id = $1 AND name = $2 AND live = $3";
            let rows = place.db.query(sql, vec![id.into(), texts[index].into(), false.into()]).await.unwrap();
            let row = &rows[0];
            assert_eq!((row.len(), row.uuid(0).unwrap(), row.text(1).unwrap()), (6, id, texts[index]));
            assert_eq!((row.int(2).unwrap(), row.real(3).unwrap(), row.bool(5).unwrap()), (amounts[index], 0.1, false));
            assert_eq!(row.bytes(4).unwrap(), bytes[index]);
        }
    }

    async fn nulls_are_nulls(place: &Place) {
        let id = Uuid::now_v7();
        let mut batch = Batch::new();
        batch.insert(&THINGS, [thing(id, "a", 1)]);
        batch.update(&RENAME, [[id.into(), None::<String>.into(), true.into()]]);
        let set = "UPDATE things SET ratio = $1, body = $2 WHERE id = $3";
        // The same statement first with NULLs, then with values: their types must not stick to the first use.
        batch.execute(set, vec![Value::Null, Value::Null, id.into()], tradewind_store::Expect::Rows(1));
        batch.execute(set, vec![1.5.into(), vec![7_u8].into(), id.into()], tradewind_store::Expect::Rows(1));
        batch.execute(set, vec![Value::Null, Value::Null, id.into()], tradewind_store::Expect::Rows(1));
        place.db.commit(batch).await.unwrap();
        let sql = "SELECT name, ratio, body, CAST($1 AS bigint), CAST($2 AS text) FROM things WHERE name IS NULL";
        let rows = place.db.query(sql, vec![Value::Null, None::<&str>.into()]).await.unwrap();
        let row = &rows[0];
        assert_eq!((row.opt_text(0).unwrap(), row.opt_real(1).unwrap(), row.opt_bytes(2).unwrap()), (None, None, None));
        assert_eq!((row.opt_int(3).unwrap(), row.opt_uuid(4).unwrap(), row.opt_bool(4).unwrap()), (None, None, None));
        assert_eq!(row.int(3).unwrap_err(), ReadError::Position { column: 3, wanted: "an integer", found: "null" });
        assert!(matches!(row.int(9), Err(ReadError::Position { column: 9, .. })));
    }

    async fn lists_are_arguments(place: &Place) {
        let ids: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
        put(&place.db, ids.iter().enumerate().map(|(index, id)| thing(*id, &format!("n{index}"), index as i64)).collect()).await;
        let found = async |sql, list: Value| place.db.query(sql, vec![list, 10.into()]).await.unwrap().len();
        let by_id = "SELECT id FROM things WHERE id = ANY($1) AND amount < $2";
        assert_eq!(found(by_id, ids[1..3].into()).await, 2);
        assert_eq!(found(by_id, Vec::<Uuid>::new().into()).await, 0);
        let by_name = "SELECT id FROM things WHERE amount < $2 AND name=any( $1 )";
        assert_eq!(found(by_name, vec!["n4".to_owned(), "n0".to_owned(), "zzz".to_owned()].into()).await, 2);
        assert_eq!(found(by_name, Vec::<String>::new().into()).await, 0);
        let by_amount = "SELECT id FROM things WHERE amount < $2 AND amount <> ALL($1)";
        assert_eq!(found(by_amount, vec![1_i64, 2].into()).await, 3);
        assert_eq!(found(by_amount, Vec::<i64>::new().into()).await, 5);
    }

    async fn all_queries_of_one_read_see_the_same_moment(place: &Place) {
        let (from, to) = (Uuid::now_v7(), Uuid::now_v7());
        put(&place.db, vec![thing(from, "from", 200), thing(to, "to", 0)]).await;
        let write = async {
            for _ in 0..100 {
                let mut batch = Batch::new();
                batch.execute("UPDATE things SET amount = amount - 1 WHERE id = $1", vec![from.into()], tradewind_store::Expect::Rows(1));
                batch.execute("UPDATE things SET amount = amount + 1 WHERE id = $1", vec![to.into()], tradewind_store::Expect::Rows(1));
                place.db.commit(batch).await.unwrap();
            }
        };
        let read = async {
            for _ in 0..100 {
                let one = |id: Uuid| Query::new("SELECT amount FROM things WHERE id = $1", vec![id.into()]);
                let answers = place.db.read(vec![one(from), one(to)]).await.unwrap();
                assert_eq!(answers[0][0].int(0).unwrap() + answers[1][0].int(0).unwrap(), 200);
            }
        };
        join(write, read).await;
        assert_eq!(amount(&place.db, to).await, 100);
        assert!(place.db.read(vec![]).await.unwrap().is_empty());
    }

    async fn a_result_without_limit_is_refused(place: &Place) {
        let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n";
        let limit = tradewind_store::MAX_READ_ROWS as i64;
        assert_eq!(place.db.query(sql, vec![limit.into()]).await.unwrap().len() as i64, limit);
        assert!(matches!(place.db.query(sql, vec![(limit + 1).into()]).await, Err(StoreError::TooLarge { .. })));
        assert_eq!(count(&place.db).await, 0);
    }

    async fn statements_can_be_checked_without_running_them(place: &Place) {
        let dialect = place.db.dialect();
        for spec in [&THINGS, &NEW_THINGS, &UPSERT, &COUNTED, &KEPT] {
            place.db.prepare(spec.sql(dialect)).await.unwrap();
        }
        for sql in [RENAME.sql(dialect), SPEND.sql(dialect), REMOVE.sql(dialect), REMOVE_ALL.sql(dialect), "SELECT id FROM things WHERE id = ANY($1) LIMIT $2"] {
            place.db.prepare(sql).await.unwrap();
        }
        let error = place.db.prepare("SELECT nonsense FROM things").await.unwrap_err();
        assert!(matches!(&error, StoreError::Query { message, .. } if message.contains("nonsense")), "{error}");
        assert_eq!(count(&place.db).await, 0);
    }
}
