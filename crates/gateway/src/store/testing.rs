//! What SQLite plans for a statement, for tests of how much it reads and writes.

use super::migrate::STEPS;
use rusqlite::Connection;

/// The lines of a statement's query plan: what it scans and searches, and by which index.
pub(crate) fn query_plan(connection: &Connection, sql: &str) -> Vec<String> {
    explained(connection, &format!("EXPLAIN QUERY PLAN {sql}"), 3)
}

/// How many operations on indexes a statement has, in a store with the whole schema.
pub(crate) fn index_operations(sql: &str) -> usize {
    let connection = Connection::open_in_memory().unwrap();
    for step in STEPS {
        connection.execute_batch(step).unwrap();
    }
    let operations = explained(&connection, &format!("EXPLAIN {sql}"), 1);
    operations.iter().filter(|operation| operation.starts_with("Idx")).count()
}

fn explained(connection: &Connection, sql: &str, column: usize) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let parameters = rusqlite::params_from_iter(vec![1_i64; statement.parameter_count()]);
    let lines = statement.query_map(parameters, |row| row.get(column)).unwrap();
    lines.collect::<rusqlite::Result<_>>().unwrap()
}
