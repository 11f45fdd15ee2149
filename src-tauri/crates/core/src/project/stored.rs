//! `project.json` as bytes: limits, versions, and the way from an older format to this one.

use std::path::Path;

use gallop_protocol::Digest;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::data::{FORMAT, ProjectData};
use crate::{Code, Detail, code_of, coded, inside, told};

/// The file that makes a folder a project.
pub const FILE: &str = "project.json";

/// The longest `project.json`. Ten thousand shots are shorter.
const MAX_BYTES: u64 = 16 << 20;

/// Makes of a project of one format one of the next.
type Migration = fn(Map<String, Value>) -> anyhow::Result<Map<String, Value>>;

/// The first one leads from format 1 to 2, and so on. A new [`FORMAT`] does not compile without its migration.
const MIGRATIONS: [Migration; FORMAT as usize - 1] = [];

/// A project as it was read.
pub(super) struct Stored {
    pub data: ProjectData,
    /// Of the bytes.
    pub digest: Digest,
}

/// Reads the project in `folder`.
pub(super) fn read(folder: &Path) -> anyhow::Result<Stored> {
    match read_if_there(folder)? {
        Some(stored) => Ok(stored),
        None if folder.is_dir() => Err(told(Code::Input, Detail::NotAProject { path: folder.to_owned() })),
        None => Err(told(Code::Input, Detail::NoFolder { path: folder.to_owned() })),
    }
}

/// As [`read`]; nothing where there is no file.
pub(super) fn read_if_there(folder: &Path) -> anyhow::Result<Option<Stored>> {
    let path = folder.join(FILE);
    let Some(bytes) = inside::read(&path, MAX_BYTES)? else { return Ok(None) };
    let data = parse(&bytes).map_err(|error| coded(code_of(&error), format!("{error:#}: {}", path.display())))?;
    Ok(Some(Stored { data, digest: Digest::of(&bytes) }))
}

/// The digest of the file in `folder`, whatever it says; nothing where there is none.
pub(super) fn digest(folder: &Path) -> anyhow::Result<Option<Digest>> {
    Ok(inside::read(&folder.join(FILE), MAX_BYTES)?.map(Digest::of))
}

/// The bytes of a project. They can be read again.
pub(super) fn render(data: &ProjectData) -> anyhow::Result<Vec<u8>> {
    data.check()?;
    let mut bytes = serde_json::to_vec_pretty(data)?;
    bytes.push(b'\n');
    if bytes.len() as u64 > MAX_BYTES {
        let why = format!("the project would be longer than {} MiB; take something out of it", MAX_BYTES >> 20);
        return Err(coded(Code::Input, why));
    }
    // What is kept of unknown fields may be nested too deeply, or name a field twice.
    parse(&bytes)?;
    Ok(bytes)
}

/// Reads the bytes of a project.
pub(super) fn parse(bytes: &[u8]) -> anyhow::Result<ProjectData> {
    #[derive(Deserialize)]
    struct Version {
        format: u64,
    }
    let refuse = |why: String| Err(coded(Code::Input, why));
    let unreadable = |error| coded(Code::Input, format!("this is no project that can be read ({error})"));
    if bytes.len() as u64 > MAX_BYTES {
        return refuse(format!("this is longer than the {} MiB that a project has at most", MAX_BYTES >> 20));
    }
    // Some editors put a mark in front of UTF-8.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Version { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
    let mut data: ProjectData = match format {
        format if format == u64::from(FORMAT) => serde_json::from_slice(bytes).map_err(unreadable)?,
        format if format > u64::from(FORMAT) => {
            let why = format!("this project was saved by a newer Gallop (format {format}); update Gallop to open it");
            return Err(coded(Code::ProjectNewer, why));
        }
        format => {
            let older = serde_json::from_slice(bytes).map_err(unreadable)?;
            let current = migrate(older, format, &MIGRATIONS)?;
            serde_json::from_value(Value::Object(current)).map_err(unreadable)?
        }
    };
    data.mend();
    data.check()?;
    Ok(data)
}

/// Goes step by step from format `from` to the one after the last step.
fn migrate(mut project: Map<String, Value>, from: u64, steps: &[Migration]) -> anyhow::Result<Map<String, Value>> {
    let no_format = || coded(Code::Input, format!("there never was a project of format {from}"));
    let first = from.checked_sub(1).and_then(|first| usize::try_from(first).ok()).ok_or_else(no_format)?;
    let steps = steps.get(first..).ok_or_else(no_format)?;
    for (to, step) in (from + 1..).zip(steps) {
        project = step(project)?;
        project.insert("format".into(), to.into());
    }
    Ok(project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_project_goes_step_by_step() {
        let steps: [Migration; 2] = [
            |mut project| {
                project.insert("title".into(), "x".into());
                Ok(project)
            },
            |mut project| {
                let title = project.remove("title").unwrap_or_default();
                project.insert("name".into(), title);
                Ok(project)
            },
        ];
        let migrated =
            |from, text: &str| migrate(serde_json::from_str(text).expect("an object"), from, &steps).map(Value::Object);
        let name_x = serde_json::json!({"format": 3, "name": "x", "mine": [1]});
        assert_eq!(migrated(1, r#"{"format": 1, "mine": [1]}"#).expect("migrated"), name_x);
        assert_eq!(migrated(2, r#"{"format": 2, "title": "x", "mine": [1]}"#).expect("migrated"), name_x);
        assert_eq!(migrated(3, r#"{"format": 3}"#).expect("as it is"), serde_json::json!({"format": 3}));
        for never in [0, 4, u64::MAX] {
            assert!(migrated(never, "{}").is_err(), "{never}");
        }
    }
}
