//! Batches: atomic, counted, conflicting.

use futures::future::join_all;
use tradewind_store::{Batch, Expect, StoreError, Value};
use uuid::Uuid;

use crate::on_every_database;
use crate::place::*;

on_every_database! {
    async fn bulk_operations_take_any_number_of_rows(place: &Place) {
        for size in [0_usize, 1, 501] {
            let ids: Vec<Uuid> = (0..size).map(|_| Uuid::now_v7()).collect();
            let mut batch = Batch::new();
            let insert = batch.insert(&THINGS, ids.iter().map(|id| thing(*id, &id.to_string(), 5)));
            assert_eq!(batch.rows(), size);
            assert_eq!(place.db.commit(batch).await.unwrap().affected(insert), size as u64);
            assert_eq!(count(&place.db).await, size as i64);

            let mut batch = Batch::new();
            let rename = batch.update(&RENAME, ids.iter().map(|id| [Value::from(id), format!("new {id}").into(), false.into()]));
            let spend = batch.update(&SPEND, ids.iter().map(|id| [Value::from(id), 5.into(), 3.into()]));
            let done = place.db.commit(batch).await.unwrap();
            assert_eq!((done.affected(rename), done.affected(spend)), (size as u64, size as u64));
            assert_eq!(done.rows(spend).len(), size);
            assert!(done.rows(spend).iter().all(|row| row.int(1).unwrap() == 3));
            let changed = "SELECT COUNT(*) FROM things WHERE name LIKE 'new %' AND NOT live AND amount = 3";
            assert_eq!(place.db.query(changed, vec![]).await.unwrap()[0].int(0).unwrap(), size as i64);

            let mut batch = Batch::new();
            let remove = batch.delete(&REMOVE, ids.iter().map(|id| [Value::from(id)]));
            assert_eq!(place.db.commit(batch).await.unwrap().affected(remove), size as u64);
            assert_eq!(count(&place.db).await, 0);
        }
    }

    async fn a_batch_is_applied_as_a_whole_or_not_at_all(place: &Place) {
        put(&place.db, vec![thing(Uuid::now_v7(), "taken", 1)]).await;
        let mut batch = Batch::new();
        batch.insert(&THINGS, [thing(Uuid::now_v7(), "free", 1)]);
        batch.insert(&THINGS, [thing(Uuid::now_v7(), "taken", 1)]);
        let error = place.db.commit(batch).await.unwrap_err();
        assert!(matches!(&error, StoreError::Unique { constraint } if constraint.contains("name")), "{error}");
        assert_eq!(count(&place.db).await, 1);
    }

    async fn an_update_that_misses_a_row_undoes_the_batch(place: &Place) {
        let (known, unknown) = (Uuid::now_v7(), Uuid::now_v7());
        put(&place.db, vec![thing(known, "a", 10)]).await;
        let mut batch = Batch::new();
        batch.insert(&THINGS, [thing(Uuid::now_v7(), "b", 1)]);
        batch.update(&SPEND, [[known.into(), 10.into(), 9.into()], [unknown.into(), 10.into(), 9.into()]]);
        assert_eq!(place.db.commit(batch).await.unwrap_err(), StoreError::Conflict { op: 1, expected: 2, affected: 1 });
        assert_eq!((count(&place.db).await, amount(&place.db, known).await), (1, 10));

        let mut stale = Batch::new();
        stale.update(&SPEND, [[known.into(), 11.into(), 9.into()]]);
        assert_eq!(place.db.commit(stale).await.unwrap_err(), StoreError::Conflict { op: 0, expected: 1, affected: 0 });
        let mut gone = Batch::new();
        gone.delete(&REMOVE_ALL, [[known.into()], [unknown.into()]]);
        assert_eq!(place.db.commit(gone).await.unwrap_err(), StoreError::Conflict { op: 0, expected: 2, affected: 1 });
        assert_eq!(count(&place.db).await, 1);
    }

    async fn a_failing_batch_does_not_harm_its_neighbours(place: &Place) {
        put(&place.db, vec![thing(Uuid::now_v7(), "taken", 1)]).await;
        let commits = (0..60).map(|index| {
            let mut batch = Batch::new();
            batch.insert(&THINGS, [thing(Uuid::now_v7(), &format!("row {index}"), index)]);
            match index % 3 {
                0 => drop(batch.insert(&THINGS, [thing(Uuid::now_v7(), "taken", 1)])),
                1 => drop(batch.execute("UPDATE things SET amount = amount WHERE name = $1", vec!["nobody".into()], Expect::Rows(1))),
                _ => {}
            }
            place.db.commit(batch)
        });
        for (index, outcome) in join_all(commits).await.into_iter().enumerate() {
            match index % 3 {
                0 => assert!(matches!(outcome, Err(StoreError::Unique { .. })), "{index}: {outcome:?}"),
                1 => assert_eq!(outcome, Err(StoreError::Conflict { op: 1, expected: 1, affected: 0 })),
                _ => assert_eq!(outcome.unwrap().affected(0), 1),
            }
        }
        assert_eq!(count(&place.db).await, 21);
    }

    async fn inserts_meet_existing_rows_in_five_ways(place: &Place) {
        let (old, new) = (Uuid::now_v7(), Uuid::now_v7());
        put(&place.db, vec![thing(old, "old", 10)]).await;
        let rows = || [thing(old, "again", 5), thing(new, "new", 7)];

        let mut batch = Batch::new();
        batch.insert(&THINGS, rows());
        assert!(matches!(place.db.commit(batch).await, Err(StoreError::Unique { .. })));

        let mut batch = Batch::new();
        let ignore = batch.insert(&NEW_THINGS, rows());
        let mut done = place.db.commit(batch).await.unwrap();
        assert_eq!(done.affected(ignore), 1);
        assert_eq!(done.take_rows(ignore)[0].uuid(0).unwrap(), new);
        assert_eq!(amount(&place.db, old).await, 10);

        let mut batch = Batch::new();
        let kept = batch.insert(&KEPT, rows());
        let done = place.db.commit(batch).await.unwrap();
        let mut names: Vec<_> = done.rows(kept).iter().map(|row| row.text(0).unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["new", "old"]);

        let mut batch = Batch::new();
        let upsert = batch.insert(&UPSERT, rows());
        assert_eq!(place.db.commit(batch).await.unwrap().affected(upsert), 2);
        assert_eq!(amount(&place.db, old).await, 5);

        let mut batch = Batch::new();
        let counted = batch.insert(&COUNTED, [thing(old, "x", 3), thing(Uuid::now_v7(), "third", 1)]);
        let done = place.db.commit(batch).await.unwrap();
        let mut sums: Vec<_> = done.rows(counted).iter().map(|row| row.int(0).unwrap()).collect();
        sums.sort_unstable();
        assert_eq!(sums, [1, 8]);
    }

    async fn raw_statements_return_rows_and_are_counted(place: &Place) {
        let id = Uuid::now_v7();
        put(&place.db, vec![thing(id, "a", 1), thing(Uuid::now_v7(), "b", 1)]).await;
        let mut batch = Batch::new();
        let returned = batch.execute("UPDATE things SET amount = amount + $1 RETURNING amount", vec![4.into()], Expect::Rows(2));
        let silent = batch.execute("UPDATE things SET amount = 9 WHERE id = $1", vec![id.into()], Expect::Any);
        let selected = batch.execute("SELECT name FROM things WHERE amount = $1", vec![9.into()], Expect::Rows(1));
        let mut done = place.db.commit(batch).await.unwrap();
        assert_eq!((done.affected(returned), done.affected(silent), done.affected(selected)), (2, 1, 1));
        assert!(done.rows(returned).iter().all(|row| row.int(0).unwrap() == 5));
        assert_eq!(done.take_rows(selected)[0].text(0).unwrap(), "a");
        assert!(done.rows(selected).is_empty());
        assert_eq!((done.affected(99), done.rows(99).len()), (0, 0));
    }

    async fn a_fence_stands_before_everything_else(place: &Place) {
        let mut batch = Batch::new();
        batch.insert(&THINGS, [thing(Uuid::now_v7(), "late", 1)]);
        batch.fence("SELECT 1 FROM things WHERE name = $1", vec!["late".into()], Expect::Rows(1));
        assert_eq!(place.db.commit(batch).await.unwrap_err(), StoreError::Conflict { op: 0, expected: 1, affected: 0 });
        assert_eq!(count(&place.db).await, 0);
    }

    async fn malformed_batches_are_refused_before_they_are_sent(place: &Place) {
        let mut short = Batch::new();
        short.insert(&THINGS, [vec![Value::from(Uuid::now_v7())]]);
        assert!(matches!(place.db.commit(short).await, Err(StoreError::Shape { op: 0, table: "things", .. })));
        let mut wrong = Batch::new();
        wrong.update(&RENAME, [[Value::from(Uuid::now_v7()), "a".into(), 1.into()]]);
        let error = place.db.commit(wrong).await.unwrap_err();
        assert!(error.to_string().contains("column live is boolean; an integer does not fit"), "{error}");
        let mut large = Batch::new();
        large.delete(&REMOVE, (0..=tradewind_store::MAX_BATCH_ROWS).map(|_| [Value::from(Uuid::nil())]));
        assert!(matches!(place.db.commit(large).await, Err(StoreError::TooLarge { .. })));
        assert_eq!(place.db.commit(Batch::new()).await.unwrap().affected(0), 0);
    }
}
