//! Reference pictures: what is read is what the file means, and bad files are refused in words.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::{fs, path::PathBuf};

use common::{corners, encode_picture, exif, noise, png, png_chunk};
use ffmpeg_next::format::Pixel;
use gallop_media::{Error, Picture, has_encoder, read_picture, write_picture};
use tempfile::TempDir;

fn saved(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// The colour in the middle of each quarter, from the top left, row by row, as one letter each.
fn quarters(picture: &Picture) -> String {
    let (w, h) = (picture.width as usize, picture.height as usize);
    let places = [(w / 4, h / 4), (3 * w / 4, h / 4), (w / 4, 3 * h / 4), (3 * w / 4, 3 * h / 4)];
    let letter = |(x, y): (usize, usize)| {
        let at = (y * w + x) * 3;
        match picture.rgb[at..at + 3].iter().map(|value| *value > 127).collect::<Vec<_>>()[..] {
            [true, false, false] => 'R',
            [false, true, false] => 'G',
            [false, false, true] => 'B',
            [true, true, true] => 'W',
            _ => '?',
        }
    };
    places.into_iter().map(letter).collect()
}

#[test]
fn png_keeps_every_bit() {
    let folder = TempDir::new().unwrap();
    for (width, height) in [(61, 37), (64, 64), (16, 200)] {
        let picture = noise(width, height);
        let path = folder.path().join("a.png");
        write_picture(&path, &picture).unwrap();
        assert_eq!(read_picture(&path).unwrap(), picture);
    }
}

#[test]
fn every_png_color_type_becomes_rgb() {
    let folder = TempDir::new().unwrap();
    let read = |depth, color, palette: &[u8], row: &[u8]| {
        let file = png(16, 16, depth, color, palette, &[row; 16]);
        let picture = read_picture(&saved(&folder, "a.png", &file)).unwrap();
        assert_eq!((picture.width, picture.height), (16, 16));
        picture.rgb[..6].to_vec()
    };
    let row = |pixels: &[u8]| pixels.repeat(8);
    assert_eq!(read(8, 0, &[], &row(&[7, 200])), [7, 7, 7, 200, 200, 200], "grey");
    assert_eq!(read(1, 0, &[], &[0b0100_0000, 0]), [0, 0, 0, 255, 255, 255], "one bit");
    assert_eq!(read(8, 4, &[], &row(&[7, 0, 200, 9])), [7, 7, 7, 200, 200, 200], "grey with alpha");
    assert_eq!(read(8, 6, &[], &row(&[1, 2, 3, 0, 4, 5, 6, 99])), [1, 2, 3, 4, 5, 6], "alpha is dropped, not blended");
    assert_eq!(read(8, 3, &[9, 8, 7, 250, 251, 252], &row(&[0, 1])), [9, 8, 7, 250, 251, 252], "palette");
    // 0x0080 is 0.498 of an 8-bit step, 0x0081 is 0.502.
    assert_eq!(read(16, 0, &[], &row(&[0, 0x80, 0, 0x81])), [0, 0, 0, 1, 1, 1], "16-bit grey");
    let deep = row(&[0xff, 0xff, 0, 0, 0x80, 0, 0x12, 0x12, 0x12, 0x80, 0xfe, 0xff]);
    assert_eq!(read(16, 2, &[], &deep), [255, 0, 128, 18, 18, 254], "16-bit colour");
}

#[test]
fn orientation_is_applied_to_every_format() {
    // What each of the eight orientations makes of R G / B W, after EXIF 2.3 table 6.
    let seen = ["RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"];
    let folder = TempDir::new().unwrap();
    let stored = corners(64, 32);
    let jpg = encode_picture("mjpeg", Pixel::YUVJ444P, &stored);
    let png_path = folder.path().join("plain.png");
    write_picture(&png_path, &stored).unwrap();
    let plain_png = fs::read(&png_path).unwrap();
    for (orientation, seen) in (1..).zip(seen) {
        for big_endian in [false, true] {
            let block = exif(orientation, big_endian);
            let mut segment = b"Exif\0\0".to_vec();
            segment.extend_from_slice(&block);
            let mut turned_jpg = vec![0xff, 0xd8, 0xff, 0xe1];
            turned_jpg.extend((segment.len() as u16 + 2).to_be_bytes());
            turned_jpg.extend_from_slice(&segment);
            turned_jpg.extend_from_slice(&jpg[2..]);
            let mut turned_png = plain_png[..33].to_vec();
            turned_png.extend(png_chunk(b"eXIf", &block));
            turned_png.extend_from_slice(&plain_png[33..]);
            for (name, bytes) in [("a.jpg", &turned_jpg), ("a.png", &turned_png)] {
                let picture = read_picture(&saved(&folder, name, bytes)).unwrap();
                assert_eq!(quarters(&picture), seen, "{name}, orientation {orientation}");
                let size = if orientation < 5 { (64, 32) } else { (32, 64) };
                assert_eq!((picture.width, picture.height), size, "{name}, orientation {orientation}");
            }
        }
    }
}

#[test]
fn webp_is_read_and_turned() {
    if !has_encoder("libwebp") {
        eprintln!("skipped: this FFmpeg cannot make WebP files");
        return;
    }
    let folder = TempDir::new().unwrap();
    let webp = encode_picture("libwebp", Pixel::YUV420P, &corners(64, 32));
    let plain = read_picture(&saved(&folder, "a.webp", &webp)).unwrap();
    assert_eq!(quarters(&plain), "RGBW");
    // The extended form: a VP8X chunk that announces EXIF, the picture, the block.
    let block = exif(6, false);
    let mut body = b"WEBPVP8X".to_vec();
    body.extend(10_u32.to_le_bytes());
    body.extend([0b1000, 0, 0, 0, 63, 0, 0, 31, 0, 0]);
    body.extend_from_slice(&webp[12..]);
    body.extend(b"EXIF");
    body.extend((block.len() as u32).to_le_bytes());
    body.extend_from_slice(&block);
    let mut file = b"RIFF".to_vec();
    file.extend((body.len() as u32).to_le_bytes());
    file.extend(body);
    let turned = read_picture(&saved(&folder, "b.webp", &file)).unwrap();
    assert_eq!((quarters(&turned).as_str(), turned.width, turned.height), ("BRWG", 32, 64));
}

#[test]
fn jpeg_colors_are_right() {
    let folder = TempDir::new().unwrap();
    for pixels in [Pixel::YUVJ420P, Pixel::YUVJ422P, Pixel::YUVJ444P] {
        for color in [[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128], [250, 200, 10]] {
            let picture = Picture { width: 48, height: 48, rgb: common::flat(48, 48, color) };
            let file = encode_picture("mjpeg", pixels, &picture);
            let read = read_picture(&saved(&folder, "a.jpg", &file)).unwrap();
            for (found, wanted) in read.rgb.chunks(3).zip(picture.rgb.chunks(3)) {
                let off = found.iter().zip(wanted).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(off <= Some(3), "{pixels:?}: {found:?} instead of {wanted:?}");
            }
        }
    }
}

#[test]
fn too_small_and_too_large_are_refused_with_the_size() {
    let folder = TempDir::new().unwrap();
    let one = saved(&folder, "one.png", &png(1, 1, 8, 0, &[], &[&[0]]));
    let error = read_picture(&one).unwrap_err();
    assert!(matches!(error, Error::PictureTooSmall { width: 1, height: 1, .. }), "{error}");
    assert!(error.to_string().contains("1x1"), "{error}");
    // Headers without data: were they unpacked, the error would be another.
    for (width, height) in [(20_000, 20), (16_000, 16_000), (u32::MAX, u32::MAX)] {
        let mut bomb = png(16, 16, 8, 0, &[], &[&[0_u8; 16][..]; 16]);
        bomb[16..20].copy_from_slice(&width.to_be_bytes());
        bomb[20..24].copy_from_slice(&height.to_be_bytes());
        let error = read_picture(&saved(&folder, "bomb.png", &bomb)).unwrap_err();
        assert!(matches!(error, Error::PictureTooLarge { .. }), "{error}");
        assert!(error.to_string().contains(&format!("{width}x{height}")), "{error}");
    }
}

#[test]
fn bad_files_are_refused_in_words() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("good.png");
    write_picture(&path, &noise(64, 64)).unwrap();
    let good_png = fs::read(&path).unwrap();
    let good_jpg = encode_picture("mjpeg", Pixel::YUVJ444P, &noise(64, 64));
    let mut flipped = good_png.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    // A four-component JPEG, as print shops use.
    let mut cmyk = good_jpg.clone();
    let frame = cmyk.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    cmyk[frame + 9] = 4;
    let cases: [(&str, &[u8], &str); 9] = [
        ("text.png", b"hello, I am text", "no known picture format"),
        ("empty.jpg", b"", "empty"),
        ("half.png", &good_png[..good_png.len() / 2], "damaged or incomplete"),
        ("half.jpg", &good_jpg[..good_jpg.len() / 2], "damaged or incomplete"),
        ("stub.jpg", &good_jpg[..20], "too early"),
        ("flipped.png", &flipped, "damaged or incomplete"),
        ("cmyk.jpg", &cmyk, "CMYK"),
        ("phone.png", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        ("clip.png", b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "video"),
    ];
    for (name, bytes, word) in cases {
        let path = saved(&folder, name, bytes);
        let message = read_picture(&path).unwrap_err().to_string();
        assert!(message.contains(word) && message.ends_with(name) && !message.contains('\n'), "{message}");
    }
    let message = read_picture(folder.path()).unwrap_err().to_string();
    assert!(message.contains("folder"), "{message}");
    let message = read_picture(&folder.path().join("none.png")).unwrap_err().to_string();
    assert!(message.contains("No such file") || message.contains("cannot find"), "{message}");
}

/// No prefix of a good file, and no single damaged byte of its head, may panic.
#[test]
fn torn_headers_never_panic() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("good.png");
    write_picture(&path, &corners(32, 32)).unwrap();
    let mut files = vec![fs::read(&path).unwrap(), encode_picture("mjpeg", Pixel::YUVJ420P, &corners(32, 32))];
    if has_encoder("libwebp") {
        files.push(encode_picture("libwebp", Pixel::YUV420P, &corners(32, 32)));
    }
    for file in files {
        // The last twelve bytes of a PNG file only say that it ends.
        for length in (0..file.len() - 12).take(100) {
            let read = read_picture(&saved(&folder, "x", &file[..length]));
            assert!(read.is_err(), "the first {length} bytes of {} are a picture", file.len());
        }
        for at in 0..file.len().min(100) {
            for value in [0, 0xff] {
                let mut torn = file.clone();
                torn[at] = value;
                // Whether it can still be read depends on the byte.
                let _ = read_picture(&saved(&folder, "x", &torn));
            }
        }
    }
}

#[test]
fn writing_refuses_bad_pictures_and_places() {
    let folder = TempDir::new().unwrap();
    let short = Picture { width: 20, height: 20, rgb: vec![0; 10] };
    assert!(matches!(write_picture(&folder.path().join("a.png"), &short), Err(Error::Spec(_))));
    let good = noise(20, 20);
    let error = write_picture(&folder.path().join("no/such/a.png"), &good).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
    assert!(matches!(write_picture(folder.path(), &good), Err(Error::Place { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}
