//! A report that can be shown to strangers.
//!
//! Twice: what tells about the user is left out of the report by what it is (folders, names of engines, projects and own
//! models), and whatever text is left, which may quote a driver or an error, is gone through word by word for names,
//! addresses, keys and serial numbers.

use std::net::IpAddr;
use std::path::Path;

use gallop_protocol::doctor::{DiskTest, EngineKind, Fit, Places, Report};

use super::look::Notes;
use super::models::is_ours;

/// Programs that launch engines, whose names tell nothing.
const LAUNCHERS: [&str; 10] =
    ["gallop", "gallop-cuda", "ssh", "srun", "kubectl", "docker", "podman", "wsl", "env", "sh"];
/// A name shorter than this is part of too many words to be looked for.
const SHORTEST_NAME: usize = 3;
/// Hexadecimal digits in a row that are a serial number rather than a version.
const SERIAL_DIGITS: usize = 10;
/// Letters and digits in a row that are a key rather than a word.
const KEY_LENGTH: usize = 24;

/// What must not be told.
#[derive(Debug, Default)]
pub struct Secrets {
    /// Names of the user and the machine.
    names: Vec<String>,
    /// Values of variables that hold keys.
    keys: Vec<String>,
}

impl Secrets {
    /// Of this user on this machine.
    pub fn of_this_user() -> Self {
        let named = |names: &[&str]| names.iter().filter_map(std::env::var_os).collect::<Vec<_>>();
        let mut names: Vec<String> = named(&["USER", "LOGNAME", "USERNAME", "HOSTNAME", "COMPUTERNAME", "SUDO_USER"])
            .into_iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        let homes = named(&["HOME", "USERPROFILE"]);
        names.extend(homes.iter().filter_map(|home| Some(Path::new(home).file_name()?.to_string_lossy().into_owned())));
        let told = |file| std::fs::read_to_string(file).ok();
        names.extend(["/proc/sys/kernel/hostname", "/etc/hostname"].into_iter().filter_map(told));
        let secret = ["TOKEN", "SECRET", "KEY", "PASS", "AUTH", "CREDENTIAL", "COOKIE"];
        let keys = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.to_string_lossy().to_ascii_uppercase();
            let value = value.to_string_lossy().into_owned();
            (secret.iter().any(|word| name.contains(word)) && value.len() >= 4).then_some(value)
        });
        let keys = keys.collect();
        Self::new(&names, keys)
    }

    fn new(names: &[String], keys: Vec<String>) -> Self {
        let mut names: Vec<_> = names.iter().map(|name| name.trim().to_lowercase()).collect();
        // A machine is also known by the first part of its name.
        let first: Vec<_> = names.iter().filter_map(|name| Some(name.split_once('.')?.0.to_owned())).collect();
        names.extend(first);
        names.retain(|name| name.chars().count() >= SHORTEST_NAME);
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        Self { names, keys }
    }

    /// A text without names, addresses, keys, serial numbers and paths.
    pub fn clean(&self, text: &str) -> String {
        let mut text = gallop_protocol::shown(text);
        for key in &self.keys {
            text = text.replace(key.as_str(), "<key>");
        }
        // A path stands last in a message, and may hold spaces: what follows one goes with it.
        if let Some(start) = path_start(&text) {
            text.truncate(start);
            text.push_str("<path>");
        }
        let mut cleaned = String::with_capacity(text.len());
        let mut word = String::new();
        for char in text.chars().chain([' ']) {
            if char.is_whitespace() || ",;()[]{}\"'`<>|=".contains(char) {
                cleaned.push_str(&self.word(&word));
                word.clear();
                cleaned.push(char);
            } else {
                word.push(char);
            }
        }
        cleaned.pop();
        cleaned
    }

    fn word(&self, word: &str) -> String {
        let bare = word.trim_end_matches(['.', ':', '!', '?']);
        let kept = word.get(bare.len()..).unwrap_or_default();
        let what = match bare {
            "" => return word.to_owned(),
            _ if is_address(bare) => "<address>",
            _ if is_serial(bare) => "<number>",
            _ if is_key(bare) => "<key>",
            _ if self.names.iter().any(|name| has_word(&bare.to_lowercase(), name)) => "<name>",
            _ => return word.to_owned(),
        };
        format!("{what}{kept}")
    }
}

/// Where an absolute path begins, on any system.
fn path_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let starts = |index: &usize| {
        let before = index.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
        let at = |more: usize| bytes.get(index + more).copied().unwrap_or(b' ');
        // A relative path tells as much as an absolute one.
        let is_separator = |byte: u8| byte == b'/' || byte == b'\\';
        let begins = !before.is_ascii_alphanumeric() && !is_separator(before) && before != b'>';
        let rooted = is_separator(at(0)) && at(1) != b' ';
        let drive = at(0).is_ascii_alphabetic() && at(1) == b':' && is_separator(at(2));
        let home = at(0) == b'~' && is_separator(at(1));
        let dotted = at(0) == b'.' && (is_separator(at(1)) || (at(1) == b'.' && is_separator(at(2))));
        begins && (rooted || drive || home || dotted)
    };
    (0..bytes.len()).find(starts)
}

/// Whether `name` stands in `text` as a word of its own.
fn has_word(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(start, found)| {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let behind = text.get(start + found.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric)
    })
}

/// Addresses on a network, of people, and of pages.
fn is_address(word: &str) -> bool {
    let bare = word.trim_matches(['[', ']']);
    let without_port = bare.rsplit_once(':').map_or(bare, |(host, _)| host.trim_matches(['[', ']']));
    let is_ip = |text: &str| text.split('/').next().is_some_and(|text| text.parse::<IpAddr>().is_ok());
    let hex_pair = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_hardware = [':', '-'].into_iter().any(|cut| word.split(cut).count() == 6 && word.split(cut).all(hex_pair));
    is_ip(bare) || is_ip(without_port) || is_hardware || word.contains('@') || word.contains("://")
}

/// Serial numbers and names for programs, whole or behind a prefix as in `GPU-…`.
fn is_serial(word: &str) -> bool {
    let pieces = word.split(|char: char| !char.is_ascii_alphanumeric());
    let mut longest = 0;
    for piece in pieces {
        let is_hex = piece.bytes().all(|byte| byte.is_ascii_hexdigit()) && piece.bytes().any(|b| b.is_ascii_digit());
        longest = longest.max(if is_hex { piece.len() } else { 0 });
    }
    let groups: Vec<usize> = word.rsplit('-').take(5).map(str::len).collect();
    longest >= SERIAL_DIGITS || groups == [12, 4, 4, 4, 8]
}

/// What looks like a key: a known beginning, or letters and digits in a long row.
fn is_key(word: &str) -> bool {
    let known = ["hf_", "ghp_", "gho_", "github_pat_", "sk-", "xoxb-", "eyJ"];
    let is_row =
        word.len() >= KEY_LENGTH && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+/".contains(&byte));
    known.iter().any(|start| word.contains(start) && word.len() >= start.len() + 4)
        || (is_row
            && word.bytes().any(|byte| byte.is_ascii_digit())
            && word.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

/// The report without what tells about the user.
pub fn redacted(mut report: Report, secrets: &Secrets) -> Report {
    let clean = |text: &mut String| *text = secrets.clean(text);
    let machine = &mut report.machine;
    clean(&mut machine.system);
    machine.cpu.iter_mut().chain(&mut machine.driver).for_each(clean);
    machine.cards.iter_mut().for_each(|card| clean(&mut card.name));
    report.disk.folder = "<models>".into();
    if let DiskTest::Failed { reason } = &mut report.disk.test {
        clean(reason);
    }
    report.media.ffmpeg.iter_mut().for_each(clean);
    for (index, engine) in report.engines.iter_mut().enumerate() {
        engine.name = if engine.kind == EngineKind::Cuda { "CUDA".into() } else { format!("engine {}", index + 1) };
        let name = Path::new(&engine.program).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        engine.program = if LAUNCHERS.contains(&name.as_str()) { name } else { "<program>".into() };
    }
    let mut notes = Notes(std::mem::take(&mut report.notes));
    let projects = report.places.projects.len();
    notes.add("projects", format!("{projects} projects are known"));
    report.places = Places::default();
    for (index, model) in report.models.iter_mut().enumerate() {
        model.id = if is_ours(&model.id) { model.id.clone() } else { format!("own model {}", index + 1) };
        model.name.clone_from(&model.id);
        let of_sizes = model.sizes.iter_mut().flat_map(|size| &mut size.reasons);
        model.reasons.iter_mut().chain(of_sizes).for_each(|reason| clean(&mut reason.text));
        // Names of others may stand in what it needs; which one it is can be seen in the list.
        if model.fit == Fit::DoesNotRun && !is_ours(&model.id) {
            model.reasons.iter_mut().for_each(|reason| reason.text = format!("{:?}", reason.code));
        }
    }
    notes.0.iter_mut().for_each(|note| clean(&mut note.text));
    report.notes = notes.0;
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let names = ["anna", "Anna.Lake", "studio-pc.example.org", "lo"].map(str::to_owned);
        Secrets::new(&names, vec!["correct horse".into()])
    }

    #[test]
    fn what_tells_about_somebody_is_taken_out() {
        let secrets = secrets();
        for (text, expected) in [
            ("cannot read: /home/anna/My Films/a.json", "cannot read: <path>"),
            ("cannot read: C:\\Users\\Anna Lake\\x", "cannot read: <path>"),
            ("not in \"~/films\" at all", "not in \"<path>"),
            ("no ../films/x or so", "no <path>"),
            ("share \\\\studio\\films", "share <path>"),
            ("Anna, anna's and ANNA.", "<name>, <name>'s and <name>."),
            ("studio-pc says: no", "<name> says: no"),
            ("the password is correct horse!", "the password is <key>!"),
            ("token hf_abcdefghij1234 refused", "token <key> refused"),
            ("from 10.1.2.3:8080, [fe80::1] and 2001:db8::7.", "from <address>, [<address>] and <address>."),
            ("card 00:1A:2b:3c:4D:5e", "card <address>"),
            ("mail me@example.org", "mail <address>"),
            ("see https://example.org/a?b=1 for more", "see https:<path>"),
            ("GPU-2f1c9b2e-11aa-4d5c-9b7e-0123456789ab is lost", "<number> is lost"),
            ("serial 1423019012345", "serial <number>"),
            ("key AKIAIOSFODNN7EXAMPLEabcdef0", "key <key>"),
        ] {
            assert_eq!(secrets.clean(text), expected, "{text}");
        }
    }

    #[test]
    fn what_helps_to_find_a_bug_stays() {
        let secrets = secrets();
        for text in [
            "NVIDIA GeForce RTX 4090, driver 580.95.05",
            "Intel(R) Xeon(R) Platinum 8481C CPU @2.70GHz".replace('@', "at ").as_str(),
            "Debian GNU/Linux 12 (bookworm), kernel 6.1.0-18-amd64, x86_64",
            "5.1.9-0+deb12u1",
            "this clip needs 33.1 GiB of video memory while it is at the draft, 24.0 GiB can be used; a size of 448x256 \
             runs here",
            "3.5 GB/s, and/or 12 tokens/s",
            "the savannah, a longer word that only holds a name",
        ] {
            assert_eq!(secrets.clean(text), text);
        }
    }

    #[test]
    fn hostile_text_is_no_trouble() {
        let secrets = secrets();
        for text in
            ["", " ", "/", "\\", "::", "@", "ä/ö", "é:\\x", "\u{202e}anna\n/x", &"x".repeat(100_000), ":::::", "--"]
        {
            let cleaned = secrets.clean(text);
            assert!(!cleaned.contains("anna") && !cleaned.contains('\n'), "{text:?}: {cleaned:?}");
        }
    }
}
