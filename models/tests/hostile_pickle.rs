//! Pickles that were written to do harm. Nothing in them may ever run, and none may bring the reader down.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

use std::io::Write;
use std::path::{Path, PathBuf};

use candle_core::Device;
use gallop_models::weights::Weights;
use tempfile::TempDir;

/// A zip archive of stored members, as `torch.save` lays it out.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut table) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let local = bytes.len() as u32;
        let sizes = [content.len() as u32, content.len() as u32];
        let tail = |out: &mut Vec<u8>| {
            out.extend([0; 4]);
            out.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
            out.extend((name.len() as u16).to_le_bytes());
            out.extend([0, 0]);
        };
        bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0");
        tail(&mut bytes);
        bytes.extend(name.as_bytes());
        bytes.extend(*content);
        table.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0");
        tail(&mut table);
        table.extend([0; 10]);
        table.extend(local.to_le_bytes());
        table.extend(name.as_bytes());
    }
    let (offset, len, count) = (bytes.len() as u32, table.len() as u32, members.len() as u16);
    bytes.extend(table);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend([len.to_le_bytes(), offset.to_le_bytes()].concat());
    bytes.extend([0, 0]);
    bytes
}

fn save(pickle: &[u8], data: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.pth");
    let bytes = archive(&[("w/data.pkl", pickle), ("w/data/0", data)]);
    std::fs::File::create(&path).unwrap().write_all(&bytes).unwrap();
    (folder, path)
}

fn text(text: &str) -> Vec<u8> {
    [&[b'X'][..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

fn int(number: i64) -> Vec<u8> {
    [&[0x8a, 8][..], &number.to_le_bytes()].concat()
}

fn ints(numbers: &[i64]) -> Vec<u8> {
    [b"(".to_vec(), numbers.iter().flat_map(|number| int(*number)).collect(), b"t".to_vec()].concat()
}

/// The instructions that make a float tensor out of `data/0`.
fn tensor(offset: i64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    let storage = [
        b"((".to_vec(),
        text("storage"),
        b"ctorch\nFloatStorage\n".to_vec(),
        text("0"),
        text("cpu"),
        int(4),
        b"tQ".to_vec(),
    ];
    let view = [int(offset), ints(shape), ints(strides), b"\x89}tR".to_vec()];
    [b"ctorch._utils\n_rebuild_tensor_v2\n".to_vec(), storage.concat(), view.concat()].concat()
}

/// A dictionary with one entry.
fn pickle(name: &str, value: &[u8]) -> Vec<u8> {
    [b"\x80\x02}".to_vec(), text(name), value.to_vec(), b"s.".to_vec()].concat()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn a_tensor_made_by_hand_is_read() {
    let (_folder, path) = save(&pickle("a", &tensor(1, &[2], &[2])), &floats(&[0.0, 1.0, 2.0, 3.0]));
    let weights = Weights::open(path).unwrap();
    assert_eq!(weights.root(&Device::Cpu).get(2, "a").unwrap().to_vec1::<f32>().unwrap(), [1.0, 3.0]);
}

/// `os.system` in every position: as a value, as what rebuilds a tensor, as a class, in attributes, by protocol 4.
#[test]
fn commands_in_a_pickle_never_run() {
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("executed");
    let command = text(&format!("touch {}", witness.display()));
    let system = |module: &str, name: &str| {
        [format!("c{module}\n{name}\n").into_bytes(), command.clone(), b"\x85R".to_vec()].concat()
    };
    let protocol4 = [text("os"), text("system"), b"\x93".to_vec(), command.clone(), b"\x85R".to_vec()].concat();
    let object = [b"cos\nsystem\n".to_vec(), command.clone(), b"\x85\x81".to_vec()].concat();
    let instance = [b"(".to_vec(), b"cos\nsystem\n".to_vec(), command.clone(), b"o".to_vec()].concat();
    let state = [b"cos\nsystem\n)R".to_vec(), command.clone(), b"b".to_vec()].concat();
    let nested = [
        b"ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\n".to_vec(),
        b"N".to_vec(),
        command.clone(),
        b"\x85NtR".to_vec(),
    ]
    .concat();
    let attacks = [
        system("os", "system"),
        system("posix", "system"),
        system("subprocess", "getoutput"),
        system("builtins", "eval"),
        system("torch.storage", "_load_from_bytes"),
        system("torch._utils", "os.system"),
        protocol4,
        object,
        instance,
        state,
        nested,
    ];
    for attack in attacks {
        // Alone there is nothing to read; beside a tensor it is passed over.
        let (_folder, path) = save(&pickle("a", &attack), &[]);
        assert!(Weights::open(&path).unwrap_err().to_string().contains("no named tensors"));
        let both = [b"\x80\x02}(".to_vec(), text("evil"), attack, text("good"), tensor(0, &[1], &[1]), b"u.".to_vec()]
            .concat();
        let (_folder, path) = save(&both, &floats(&[7.0]));
        let weights = Weights::open(&path).unwrap();
        assert_eq!(weights.names().collect::<Vec<_>>(), ["good"]);
    }
    assert!(!witness.exists());
}

#[test]
fn views_outside_of_their_storage_are_refused() {
    let max = i64::MAX;
    for (offset, shape, strides) in [
        (0, vec![5], vec![1]),
        (3, vec![2], vec![1]),
        (-1, vec![1], vec![1]),
        (max, vec![1], vec![1]),
        (0, vec![2], vec![max]),
        (0, vec![2], vec![-1]),
        (0, vec![-2], vec![1]),
        (0, vec![max, max, max], vec![0, 0, 0]),
        (0, vec![1 << 40], vec![0]),
        (0, vec![1 << 31, 1 << 31], vec![1 << 31, 1]),
        (0, vec![2, 2], vec![1]),
        (0, vec![1; 17], vec![1; 17]),
        (0, vec![0, 1 << 47, 1 << 47], vec![1, 1, 1]),
    ] {
        let (_folder, path) = save(&pickle("a", &tensor(offset, &shape, &strides)), &floats(&[0.0; 4]));
        assert!(Weights::open(&path).is_err(), "{offset} {shape:?} {strides:?}");
    }
}

#[test]
fn a_storage_that_is_not_in_the_archive_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pth");
    std::fs::write(&path, archive(&[("w/data.pkl", &pickle("a", &tensor(0, &[4], &[1])))])).unwrap();
    let message = Weights::open(&path).unwrap_err().to_string();
    assert!(message.contains("`a`") && message.contains("0 of its 16 bytes"), "{message}");
}

/// Structures that overflow a stack, a memory or a lifetime elsewhere.
#[test]
fn bombs_are_defused() {
    let deep = [b"\x80\x02)".to_vec(), vec![0x85; 2_000_000], b".".to_vec()].concat();
    // A dictionary that contains itself many times.
    let mut cycle = b"\x80\x02}q\x00(".to_vec();
    for key in 0..2000u32 {
        cycle.extend(text(&key.to_string()));
        cycle.extend(b"h\x00");
    }
    cycle.extend(b"u.");
    let long_length = b"\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc.".to_vec();
    let huge_memo = b"\x80\x02}r\xff\xff\xff\xff.".to_vec();
    let lonely: [&[u8]; 6] = [b"", b".", b"\x80\x02t.", b"\x80\x02}u.", b"\x80\x02h\x05.", b"\x80\x02(0."];
    for bomb in [deep, cycle, long_length, huge_memo].into_iter().chain(lonely.map(<[u8]>::to_vec)) {
        let (_folder, path) = save(&bomb, &[]);
        assert!(Weights::open(&path).is_err());
    }
}

/// A dictionary that contains itself under long keys: without a bound on their sum, a few kilobytes of file would be six
/// gigabytes of names.
#[test]
fn names_do_not_multiply() {
    let mut cycle = b"\x80\x02}q\x00(".to_vec();
    cycle.extend((0..10).flat_map(|key| [text(&format!("t{key}")), tensor(0, &[1], &[1])].concat()));
    cycle.extend((0..10).flat_map(|key| [text(&format!("{key}{}", "k".repeat(1000))), b"h\x00".to_vec()].concat()));
    cycle.extend(b"u.");
    let (_folder, path) = save(&cycle, &floats(&[7.0]));
    let weights = Weights::open(&path).unwrap();
    assert!(weights.info("t0").is_some(), "what is not nested is there");
    let names: usize = weights.names().map(str::len).sum();
    assert!(names < 16 << 20, "{names} bytes of names");
}

/// A key of megabytes that many tensors refer to would be copied for each of them.
#[test]
fn long_names_of_storages_are_no_names() {
    let storage = [b"((".to_vec(), text("storage"), b"ctorch\nFloatStorage\n".to_vec(), text(&"0".repeat(1 << 20))];
    let storage = [storage.concat(), text("cpu"), int(4), b"tQ".to_vec()].concat();
    let view = [int(0), ints(&[1]), ints(&[1]), b"\x89}tR".to_vec()].concat();
    let tensor = [b"ctorch._utils\n_rebuild_tensor_v2\n".to_vec(), storage, view].concat();
    let (_folder, path) = save(&pickle("a", &tensor), &floats(&[7.0]));
    assert!(Weights::open(&path).unwrap_err().to_string().contains("`a`"));
}

#[test]
fn archives_that_are_no_checkpoints_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |bytes: &[u8]| -> String {
        let path = folder.path().join("a.pth");
        std::fs::write(&path, bytes).unwrap();
        Weights::open(&path).unwrap_err().to_string()
    };
    assert!(open(&archive(&[("word/document.xml", b"<w/>")])).contains("not one of torch.save"));
    let mut compressed = archive(&[("w/data.pkl", b"}.")]);
    let table = compressed.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    compressed[table + 10] = 8;
    assert!(open(&compressed).contains("compressed"));
    let mut twice = archive(&[("w/data.pkl", b"}."), ("w/data.pkl", b"}.")]);
    assert!(open(&twice).contains("same name"));
    let end = twice.len();
    twice[end - 6..end - 2].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(open(&twice).contains("damaged"));
    let big = archive(&[
        ("w/data.pkl", &pickle("a", &tensor(0, &[1], &[1]))),
        ("w/data/0", &[0; 4]),
        ("w/byteorder", b"big"),
    ]);
    assert!(open(&big).contains("big-endian"));
    assert!(Path::new(&folder.path()).exists());
}
