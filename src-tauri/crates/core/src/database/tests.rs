use std::path::Path;

use super::*;
use crate::code_of;

fn places() -> (tempfile::TempDir, Places) {
    let home = tempfile::tempdir().expect("folder");
    let places = Places::under(home.path());
    places.make().expect("folders");
    (home, places)
}

fn put_note(database: &Database, name: &str) {
    let put = |transaction: &Transaction<'_>| Ok(transaction.execute("INSERT INTO notes VALUES (?, 'x')", [name])?);
    assert_eq!(database.write(put).expect("written"), 1);
}

fn notes(database: &Database) -> i64 {
    database
        .read(|connection| {
            Ok(connection.query_row("SELECT count(*) FROM notes WHERE value = 'x'", [], |row| row.get(0))?)
        })
        .expect("read")
}

fn moved_aside(data: &Path) -> Vec<String> {
    let names = std::fs::read_dir(data).expect("folder").map(|entry| entry.expect("entry").file_name());
    let names = names.map(|name| name.into_string().expect("name"));
    names
        .filter(|name| name.starts_with("gallop.db.damaged-") && !name.contains("-wal") && !name.contains("-shm"))
        .collect()
}

#[test]
fn every_commit_is_synced() {
    let (_home, places) = places();
    let database = Database::open(&places).expect("opened");
    let pragma = |name: &str| -> String {
        let query = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        database.read(|connection| Ok(connection.query_row(&query, [], |row| row.get(0))?)).expect(name)
    };
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("synchronous"), "2", "FULL");
    assert_eq!(pragma("foreign_keys"), "1");
    assert_eq!(pragma("user_version"), schema::STEPS.len().to_string());
}

#[test]
fn what_was_written_is_there_again_and_half_of_it_never() {
    let (_home, places) = places();
    let database = Database::open(&places).expect("opened");
    put_note(&database, "a");
    let failed = database.write(|transaction| {
        transaction.execute("INSERT INTO notes VALUES ('b', 'x')", [])?;
        anyhow::bail!("no")
    });
    assert_eq!(failed.map_err(|error: anyhow::Error| error.to_string()), Err::<(), _>("no".into()));
    drop(database);
    let database = Database::open(&places).expect("opened again");
    assert_eq!((notes(&database), database.damaged().expect("read")), (1, None));
}

#[test]
fn changes_are_seen_whoever_makes_them() {
    let (_home, places) = places();
    let (one, other) = (Database::open(&places).expect("one"), Database::open(&places).expect("other"));
    let before = one.changes().expect("number");
    assert_eq!(one.changes().expect("number"), before, "looking is no change");
    put_note(&other, "a");
    let after_other = one.changes().expect("number");
    assert!(after_other > before);
    put_note(&one, "b");
    assert!(one.changes().expect("number") > after_other);
}

#[test]
fn a_newer_file_is_left_alone() {
    let (_home, places) = places();
    let path = places.data.join(FILE);
    let newer = Connection::open(&path).expect("made");
    newer.execute_batch("CREATE TABLE jobs (x); PRAGMA user_version = 1000").expect("filled");
    drop(newer);
    let before = std::fs::read(&path).expect("bytes");
    let error = Database::open(&places).err().expect("refused");
    assert_eq!(code_of(&error), Code::Input);
    assert!(error.to_string().contains("newer Gallop"), "{error:#}");
    assert!(std::fs::read(&path).expect("bytes") == before, "as it was");
    assert_eq!(moved_aside(&places.data), [""; 0]);
}

#[test]
fn an_empty_file_is_a_new_one() {
    let (_home, places) = places();
    std::fs::write(places.data.join(FILE), b"").expect("written");
    let database = Database::open(&places).expect("opened");
    assert_eq!((notes(&database), moved_aside(&places.data)), (0, vec![]));
}

#[test]
fn a_damaged_file_is_kept_beside_a_new_one_and_told_until_the_rebuild() {
    let whole = {
        let (_home, places) = places();
        let database = Database::open(&places).expect("opened");
        (0..500).for_each(|number| put_note(&database, &format!("{number:0>200}")));
        drop(database);
        std::fs::read(places.data.join(FILE)).expect("bytes")
    };
    let mut scribbled = whole.clone();
    scribbled.iter_mut().skip(4096).step_by(3).for_each(|byte| *byte ^= 0x55);
    let foreign = {
        let (home, path) = (tempfile::tempdir().expect("folder"), "other.db");
        let other = Connection::open(home.path().join(path)).expect("made");
        other.execute_batch("CREATE TABLE recipes (cake)").expect("filled");
        drop(other);
        std::fs::read(home.path().join(path)).expect("bytes")
    };
    let half = whole[..whole.len() / 2].to_vec();
    for bad in
        [b"no database at all, but words that go on for longer than a header".repeat(9), half, scribbled, foreign]
    {
        let (_home, places) = places();
        std::fs::write(places.data.join(FILE), &bad).expect("written");
        let database = Database::open(&places).expect("opened");
        let aside = database.damaged().expect("read").expect("told");
        assert!(std::fs::read(&aside).expect("kept") == bad, "as it was");
        put_note(&database, "new");
        drop(database);
        let database = Database::open(&places).expect("opened again");
        assert_eq!(
            (database.damaged().expect("read"), notes(&database)),
            (Some(aside), 1),
            "told again, nothing moved"
        );
        assert_eq!(moved_aside(&places.data).len(), 1);
    }
}

#[test]
fn a_damaged_file_in_use_stays_where_it_is() {
    let (_home, places) = places();
    let path = places.data.join(FILE);
    let damage = || std::fs::write(&path, b"words, as another program may write them".repeat(300)).expect("written");
    let user = Database::open(&places).expect("opened");
    // The journal would heal the file.
    let empty =
        |connection: &Connection| Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?);
    user.read(empty).expect("emptied");
    damage();
    let error = Database::open(&places).err().expect("refused");
    assert!(error.to_string().contains("close that one"), "{error:#}");
    assert_eq!((code_of(&error), moved_aside(&places.data)), (Code::Input, vec![]));
    drop(user);
    // What the other wrote when it closed the file may have healed it.
    damage();
    Database::open(&places).expect("free now");
    assert_eq!(moved_aside(&places.data).len(), 1);
}

#[test]
fn many_may_open_at_once() {
    for damaged in [false, true] {
        let (_home, places) = places();
        if damaged {
            std::fs::write(places.data.join(FILE), b"words, not a database".repeat(300)).expect("written");
        }
        let opened: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|number| {
                    let places = &places;
                    scope.spawn(move || {
                        let database = Database::open(places).expect("opened");
                        put_note(&database, &number.to_string());
                        database
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("thread")).collect()
        });
        assert_eq!(notes(&opened[0]), 8);
        assert_eq!(moved_aside(&places.data).len(), usize::from(damaged));
    }
}
