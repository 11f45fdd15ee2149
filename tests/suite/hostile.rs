//! What reads bytes from strangers, fed with the seeds of the fuzz targets and with mutations of them, the same each time.
//! `cargo xtask fuzz` does it for longer, and looks where it goes.

#[path = "../fuzz/src/lib.rs"]
mod fuzz;
#[path = "memory.rs"]
mod memory;
#[path = "seeds.rs"]
mod seeds;

use std::path::Path;

use memory::Watch;

/// Mutations of each seed.
const ROUNDS: usize = 300;
/// What reading may hold beside what is in proportion to the input: a hash table, a name, a message.
const SOME_BYTES: usize = 16 << 20;

/// A linear congruential generator; its upper bits are random enough to spoil a file.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(self.0 >> 32) * bound as u128) >> 32) as usize
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn range(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(bytes.len() + 1);
        start..start + self.below((bytes.len() - start).min(64) + 1)
    }

    /// Spoils `bytes` in one way; `other` is what pieces are taken from.
    fn spoil(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        const HUGE: [u64; 6] = [u64::MAX, i64::MAX as u64, u32::MAX as u64, 1 << 40, 1 << 31, 0];
        let at = self.below(bytes.len().max(1));
        match self.below(8) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (at % 8)),
            1 => {
                let random = self.below(256) as u8;
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = random);
            }
            // A length, in either order of bytes and of any width.
            2 => {
                let number = self.of(&HUGE);
                let number = if self.below(2) == 0 { number.to_le_bytes() } else { number.to_be_bytes() };
                let width = self.of(&[1, 2, 4, 8]);
                let field = if number[0] == 0 { &number[8 - width..] } else { &number[..width] };
                bytes.iter_mut().skip(at).zip(field).for_each(|(byte, new)| *byte = *new);
            }
            // A number in text.
            3 => {
                let digits = bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).map(|(at, _)| at);
                let digits: Vec<_> = digits.collect();
                if let Some(at) = digits.get(self.below(digits.len().max(1))) {
                    let number = self.of(&["18446744073709551615", "-1", "1e308", "1e999", "0.1", "9007199254740993"]);
                    bytes.splice(*at..at + 1, number.bytes());
                }
            }
            4 => bytes.truncate(at),
            5 => {
                let range = self.range(bytes);
                let copy = bytes[range].to_vec();
                bytes.splice(at..at, copy);
            }
            6 => {
                let range = self.range(bytes);
                bytes.drain(range);
            }
            _ => {
                let range = self.range(other);
                let at = at.min(bytes.len());
                let end = (at + range.len()).min(bytes.len());
                bytes.splice(at..end, other[range].iter().copied());
            }
        }
    }
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder).expect("the seeds of the fuzz targets");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("seed")).collect()
}

/// Feeds `body` with every seed and with mutations of it. A panic names the input; memory is watched.
fn feed(target: &str, body: fn(&[u8])) {
    let seeds = corpus(target);
    let mut random = Random(target.len() as u64);
    for seed in &seeds {
        try_one(target, body, seed);
        for _ in 0..ROUNDS {
            let mut bytes = seed.clone();
            for _ in 0..=random.below(4) {
                let other = &seeds[random.below(seeds.len())];
                random.spoil(&mut bytes, other);
            }
            try_one(target, body, &bytes);
        }
    }
}

fn try_one(target: &str, body: fn(&[u8]), bytes: &[u8]) {
    let watch = Watch::begin();
    let outcome = std::panic::catch_unwind(|| body(bytes));
    let held = watch.most_held_bytes();
    assert!(outcome.is_ok(), "{target}: this input is not answered well: {}", bytes.escape_ascii());
    let allowed = SOME_BYTES + 200 * bytes.len();
    assert!(held < allowed, "{target}: {held} bytes are held for {} of input: {}", bytes.len(), bytes.escape_ascii());
}

#[test]
fn frames_from_strangers() {
    feed("frame", fuzz::frame);
}

#[test]
fn safetensors_from_strangers() {
    feed("safetensors", fuzz::safetensors);
}

#[test]
fn pickles_from_strangers() {
    feed("pickle", fuzz::pickle);
}

#[test]
fn latents_from_strangers() {
    feed("latents", fuzz::latents);
}

#[test]
fn projects_from_strangers() {
    feed("project", fuzz::project);
}

#[test]
fn catalog_entries_from_strangers() {
    feed("catalog", fuzz::catalog);
}

#[test]
fn answers_to_ranges_from_strangers() {
    feed("ranges", fuzz::ranges);
}

/// Small files that stand for much.
#[test]
fn bombs_do_not_go_off() {
    let text = |text: &str| [&[b'X'][..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    // A dictionary that contains itself under keys of a kilobyte: each way down it is a name of its own.
    let mut itself = b"\x80\x02}q\0(".to_vec();
    for key in 0..10 {
        itself.extend([&text(&format!("{key}{}", "k".repeat(1000)))[..], b"h\0"].concat());
    }
    let storage =
        [b"((", &text("storage")[..], b"ctorch\nFloatStorage\n", &text("0"), &text("cpu"), b"K\x01tQ"].concat();
    let tensor = [b"ctorch._utils\n_rebuild_tensor_v2\n", &storage[..], b"K\0(K\x01t(K\x01t\x89}tR"].concat();
    for key in 0..10 {
        itself.extend([&text(&format!("t{key}"))[..], &tensor].concat());
    }
    itself.extend(b"u.");
    // As many empty lists as there are bytes.
    let lists = [&[b')'; 4 << 20][..], b"."].concat();
    // A header of nothing but numbers, and one of nothing but brackets.
    let header = |text: &str| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat();
    let numbers = format!(r#"{{"a":{{"dtype":"U8","shape":[1{}],"data_offsets":[0,1]}}}}"#, ",1".repeat(1 << 20));
    let brackets = format!(r#"{{"a":{}"#, "[".repeat(1 << 20));
    for (bytes, body) in [
        (itself, fuzz::pickle as fn(&[u8])),
        (lists, fuzz::pickle),
        (header(&numbers), fuzz::safetensors),
        (header(&brackets), fuzz::safetensors),
        (header(&numbers), fuzz::latents),
    ] {
        let watch = Watch::begin();
        body(&bytes);
        let held = watch.most_held_bytes();
        assert!(held < (64 << 20) + 100 * bytes.len(), "{held} bytes are held for {} of input", bytes.len());
    }
}
