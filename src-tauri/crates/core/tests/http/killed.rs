//! kill -9 of a process that pulls. The process is this very test program.

use std::io::{BufRead as _, BufReader};
use std::sync::Arc;

use gallop_core::store::{Control, Options, Source, pull};

use crate::child;
use crate::server::{Answer, Request, Server};
use crate::{content, one_file, options, pull_whole, store};

/// The other process; nothing where nobody started it as such.
#[test]
fn child() {
    let Some((url, folder)) = child::told() else { return };
    let entry = one_file();
    let store = store(folder.as_ref(), &entry);
    let control = Control::default();
    control.limit(Some(20 << 20));
    let options = Options::new(vec![Source::endpoint(url.to_str().expect("text"))]);
    let tell = |progress: &gallop_core::store::Progress| eprintln!("here {}", progress.done_bytes);
    pull(&store, &entry, &options, &control, &tell).expect("killed before it ends");
}

#[test]
fn a_killed_pull_goes_on_at_the_byte() {
    let (folder, file) = (tempfile::tempdir().expect("folder"), content(70 << 20));
    let served = Arc::clone(&file);
    let server = Server::start(move |_, _| Answer::of(&served));
    let mut here = 0;
    for until in [3 << 20, 12 << 20, 20 << 20] {
        let mut child = child::start("killed::child", &server.url, folder.path());
        let lines = BufReader::new(child.stderr.take().expect("its stderr")).lines();
        for line in lines {
            let line = line.expect("a line");
            let Some(bytes) = line.strip_prefix("here ").and_then(|bytes| bytes.parse::<u64>().ok()) else { continue };
            assert!(bytes >= here, "{bytes} after a kill at {here}");
            here = bytes;
            if here > until {
                break;
            }
        }
        assert!(here > until, "it ended too early");
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    let before = server.asked().len();
    let entry = one_file();
    pull_whole(&store(folder.path(), &entry), &entry, &options(&[&server]), &file);
    let last: u64 = server.asked()[before..].iter().map(Request::bytes).sum();
    assert!(last + here <= file.len() as u64, "{last} bytes were fetched beside the {here} that were here");
}
