//! How pictures look on a canvas: place, colour, way up, alpha, fades.
//!
//! `GALLOP_LOOK=FOLDER` keeps what is drawn as PNG files, for people to look at.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../common/mod.rs"]
mod common;
mod layers;

use std::{fs, path::Path};

use common::{
    corners, encode_picture, exif,
    film::{ffmpeg, film, graph, layer, number, still, video},
    flat, noise, png,
};
use ffmpeg_next::format::Pixel;
use gallop_media::{
    Picture, Ticks,
    render::{ColorAdjust, Fit, Frame, Graph, Layer, Painter, Placement, Rect, Source, Span, Words},
    words::{Cue, Page, Style, compose},
    write_picture,
};
use tempfile::TempDir;

fn at(graph: &Graph, secs: f64) -> Frame {
    Painter::new(graph, graph.size).unwrap().frame(Ticks::of_secs(secs)).unwrap()
}

/// The frame as RGB; kept for looking at, if asked for.
fn shown(name: &str, frame: &Frame) -> Picture {
    let picture = frame.to_picture().unwrap();
    if let Some(folder) = std::env::var_os("GALLOP_LOOK") {
        write_picture(&Path::new(&folder).join(format!("{name}.png")), &picture).unwrap();
    }
    picture
}

/// The colour at a place given in fractions.
fn pixel(picture: &Picture, x: f64, y: f64) -> [u8; 3] {
    let column = (x * f64::from(picture.width)) as usize;
    let at = ((y * f64::from(picture.height)) as usize * picture.width as usize + column) * 3;
    picture.rgb[at..at + 3].try_into().unwrap()
}

#[track_caller]
fn assert_near(found: [u8; 3], expected: [u8; 3], most: u8) {
    let off = found.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max().unwrap();
    assert!(off <= most, "{found:?} is not {expected:?}");
}

/// Which corner lies where: R, G, B or W for red, green, blue and white, from the top left, row by row.
fn letters(picture: &Picture) -> String {
    let places = [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)];
    let letter = |(x, y)| match pixel(picture, x, y).map(|value| value > 127) {
        [true, false, false] => 'R',
        [false, true, false] => 'G',
        [false, false, true] => 'B',
        [true, true, true] => 'W',
        _ => '?',
    };
    places.into_iter().map(letter).collect()
}

fn saved(folder: &TempDir, name: &str, picture: &Picture) -> std::path::PathBuf {
    let path = folder.path().join(name);
    write_picture(&path, picture).unwrap();
    path
}

fn placed(mut layer: Layer, place: Placement) -> Layer {
    layer.place = place;
    layer
}

#[test]
fn colours_are_read_as_they_are_tagged() {
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &corners(128, 64));
    let large = saved(&folder, "b.png", &corners(1280, 720));
    let convert = |from: &Path, options: &str| {
        let path = folder.path().join("a.mkv");
        ffmpeg(&[], &format!("-i {} -frames:v 1 -c:v ffv1 {options}", from.display()), &path);
        shown("colours", &at(&graph((128, 64), vec![video(&path)]), 0.0))
    };
    let tagged = |matrix: &str, range: &str| {
        format!(
            "-vf scale=out_color_matrix={matrix}:out_range={range},format=yuv444p -colorspace {matrix} -color_range {range}"
        )
    };
    for (options, from) in [
        (tagged("bt709", "tv"), &picture),
        (tagged("bt709", "pc"), &picture),
        (tagged("smpte170m", "tv"), &picture),
        (tagged("smpte170m", "pc"), &picture),
        // Without a tag the size decides.
        ("-vf scale=out_color_matrix=bt601:out_range=tv,format=yuv420p -colorspace unknown".to_owned(), &picture),
        ("-vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p -colorspace unknown".to_owned(), &large),
        ("-pix_fmt bgr0".to_owned(), &picture),
        ("-vf scale=out_color_matrix=bt709:out_range=tv,format=yuv422p10le -colorspace bt709".to_owned(), &picture),
    ] {
        let found = convert(from, &options);
        for (x, y, expected) in
            [(0.2, 0.2, [255, 0, 0]), (0.8, 0.2, [0, 255, 0]), (0.2, 0.8, [0, 0, 255]), (0.8, 0.8, [255; 3])]
        {
            let found = pixel(&found, x, y);
            let off = found.iter().zip(expected).map(|(a, b): (&u8, u8)| a.abs_diff(b)).max();
            assert!(off <= Some(4), "{options}: {found:?} is not {expected:?}");
        }
    }
}

#[test]
fn bright_pictures_are_mapped_and_stay_grey() {
    // White of paper in HLG is 75 %, in PQ 58 %; a grey card is 38 % in both (ITU-R BT.2408).
    let folder = TempDir::new().unwrap();
    for (transfer, white) in [("arib-std-b67", 0.75), ("smpte2084", 0.5807)] {
        let path = folder.path().join("a.mkv");
        let level = |part: f64| (64.0 + 876.0 * part).round();
        let lum = format!("'if(lt(X,64),{},{})'", level(white), level(0.38));
        let options = format!(
            "-f lavfi -i color=s=128x64:d=0.04,format=yuv420p10le,geq=lum={lum}:cb=512:cr=512 -c:v ffv1 \
             -color_primaries bt2020 -color_trc {transfer} -colorspace bt2020nc -color_range tv"
        );
        ffmpeg(&[], &options, &path);
        let found = shown(transfer, &at(&graph((128, 64), vec![video(&path)]), 0.0));
        let (white, grey) = (pixel(&found, 0.2, 0.5), pixel(&found, 0.8, 0.5));
        assert!(white.iter().all(|it| (222..=242).contains(it)), "{transfer}: {white:?}");
        assert!(grey.iter().all(|it| (98..=116).contains(it)), "{transfer}: {grey:?}");
    }
}

#[test]
fn phones_are_held_upright() {
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &corners(128, 64));
    let plain = folder.path().join("plain.mp4");
    ffmpeg(
        &[],
        &format!(
            "-loop 1 -i {} -t 0.2 -vf scale=out_color_matrix=bt709 -colorspace bt709 -c:v libx264 -crf 1 -pix_fmt yuv420p",
            picture.display()
        ),
        &plain,
    );
    for (turn, seen, size) in
        [(0, "RGBW", (128, 64)), (90, "BRWG", (64, 128)), (180, "WBGR", (128, 64)), (270, "GWRB", (64, 128))]
    {
        let path = folder.path().join("turned.mp4");
        // The matrix of the track's header (ISO/IEC 14496-12 §8.3.2), as phones write it.
        let mut bytes = fs::read(&plain).unwrap();
        let matrix = bytes.windows(4).position(|it| it == b"tkhd").unwrap() + 44;
        let (cos, sin) = [(1, 0), (0, 1), (-1, 0), (0, -1)][turn / 90];
        for (at, number) in [cos, sin, 0, -sin, cos].into_iter().enumerate() {
            bytes[matrix + at * 4..][..4].copy_from_slice(&(number * 65_536_i32).to_be_bytes());
        }
        fs::write(&path, bytes).unwrap();
        let found = shown(&format!("turned-{turn}"), &at(&graph(size, vec![video(&path)]), 0.0));
        assert_eq!(letters(&found), seen, "{turn}");
        // Turned back, it is the picture that was not turned.
        let back = |at: usize| {
            let (x, y) = (at % 128, at / 128);
            match turn {
                90 => x * 64 + 63 - y,
                180 => 64 * 128 - 1 - at,
                270 => (127 - x) * 64 + y,
                _ => at,
            }
        };
        let straight = at(&graph((128, 64), vec![video(&plain)]), 0.0).to_picture().unwrap();
        for (at, expected) in straight.rgb.chunks(3).enumerate() {
            let found = &found.rgb[back(at) * 3..][..3];
            // Chroma lies elsewhere in a turned picture, and is interpolated: where colours meet it differs a little.
            let most = if (60..68).contains(&(at % 128)) || (28..36).contains(&(at / 128)) { 100 } else { 4 };
            let off = found.iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(off <= Some(most), "{turn}: {found:?} is not {expected:?} at {at}");
        }
    }
    // A picture of a phone is turned by EXIF.
    let stored = corners(64, 32);
    let jpg = encode_picture("mjpeg", Pixel::YUVJ444P, &stored);
    let mut turned = jpg[..2].to_vec();
    let block = exif(6, true);
    turned.extend([0xff, 0xe1]);
    turned.extend((block.len() as u16 + 8).to_be_bytes());
    turned.extend(b"Exif\0\0");
    turned.extend(&block);
    turned.extend(&jpg[2..]);
    let path = folder.path().join("phone.jpg");
    fs::write(&path, turned).unwrap();
    let found = shown("exif", &at(&graph((32, 64), vec![still(&path)]), 0.0));
    assert_eq!(letters(&found), "BRWG");
}

#[test]
fn pixels_that_are_not_square_are_stretched() {
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &corners(64, 64));
    let path = folder.path().join("wide.mp4");
    ffmpeg(&[], &format!("-i {} -vf setsar=2 -c:v libx264 -crf 1 -pix_fmt yuv420p", picture.display()), &path);
    assert_eq!(gallop_media::probe(&path).unwrap().video.unwrap().seen, (128, 64));
    let mut layer = video(&path);
    layer.place.fit = Fit::Contain;
    let found = shown("sar", &at(&graph((128, 128), vec![layer]), 0.0));
    assert_near(pixel(&found, 0.1, 0.2), [0; 3], 2);
    assert_eq!(pixel(&found, 0.1, 0.3).map(|it| it > 127), [true, false, false]);
    assert_near(pixel(&found, 0.9, 0.7), [255; 3], 4);
}

#[test]
fn every_fit_fills_its_frame_in_its_own_way() {
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &corners(160, 90));
    let clip = folder.path().join("a.mp4");
    ffmpeg(
        &[],
        &format!(
            "-i {} -vf scale=out_color_matrix=bt709 -colorspace bt709 -c:v libx264 -crf 4 -pix_fmt yuv420p",
            picture.display()
        ),
        &clip,
    );
    for (kind, source) in [("still", still(&picture)), ("video", video(&clip))] {
        let draw = |fit, frame| {
            let place = Placement { fit, frame, ..Placement::default() };
            let mut graph = graph((270, 480), vec![placed(source.clone(), place)]);
            graph.background = [0, 128, 128];
            shown(&format!("{kind}-{fit:?}-{}", frame.w), &at(&graph, 0.0))
        };
        let contain = draw(Fit::Contain, Rect::WHOLE);
        assert_near(pixel(&contain, 0.5, 0.1), [0, 128, 128], 2);
        assert_eq!(letters(&draw(Fit::Stretch, Rect::WHOLE)), "RGBW");
        assert_eq!(letters(&draw(Fit::Cover, Rect::WHOLE)), "RGBW");
        // The picture is 16:9 of 270 pixels: 152 high, in the middle of 480.
        assert_near(pixel(&contain, 0.25, 0.36), [255, 0, 0], 12);
        assert_near(pixel(&contain, 0.25, 0.335), [0, 128, 128], 2);
        let blur = draw(Fit::Blur, Rect::WHOLE);
        assert_near(pixel(&blur, 0.25, 0.40), [255, 0, 0], 12);
        let (above, edge) = (pixel(&blur, 0.1, 0.1), pixel(&blur, 0.5, 0.1));
        assert_near(above, [255, 0, 0], 24);
        assert!(edge[0] > 60 && edge[1] > 60 && edge[2] < 60, "red runs into green: {edge:?}");
        // In a quarter of the canvas, the rest stays as it is.
        let quarter = Rect { x: 0.5, y: 0.0, w: 0.5, h: 0.5 };
        let small = draw(Fit::Cover, quarter);
        assert_near(pixel(&small, 0.45, 0.25), [0, 128, 128], 2);
        assert_near(pixel(&small, 0.55, 0.05), [255, 0, 0], 12);
        assert_near(pixel(&small, 0.95, 0.45), [255; 3], 12);
        let blurred = draw(Fit::Blur, quarter);
        assert_near(pixel(&blurred, 0.45, 0.25), [0, 128, 128], 2);
        assert_near(pixel(&blurred, 0.55, 0.02), [255, 0, 0], 24);
    }
}

#[test]
fn other_sizes_show_the_same_picture() {
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &corners(321, 203));
    for fit in [Fit::Contain, Fit::Cover, Fit::Blur, Fit::Stretch] {
        let crop = Rect { x: 0.1, y: 0.05, w: 0.8, h: 0.9 };
        let frame = Rect { x: 0.1, y: 0.1, w: 0.7, h: 0.85 };
        let graph = graph((720, 1280), vec![placed(still(&picture), Placement { fit, crop, crop_to: crop, frame })]);
        let large = at(&graph, 0.0).to_picture().unwrap();
        let small = Painter::new(&graph, (180, 320)).unwrap().frame(Ticks::ZERO).unwrap().to_picture().unwrap();
        // Each pixel of the small one against the mean of sixteen of the large one.
        let mut off = 0.0;
        for (at, found) in small.rgb.chunks(3).enumerate() {
            let (x, y) = (at % 180 * 4, at / 180 * 4);
            let of = |c: usize| (0..16).map(move |k| ((y + k / 4) * 720 + x + k % 4) * 3 + c);
            for (c, found) in found.iter().enumerate() {
                let mean = of(c).map(|at| f64::from(large.rgb[at])).sum::<f64>() / 16.0;
                off += (mean - f64::from(*found)).abs() / small.rgb.len() as f64;
            }
        }
        assert!(off < 2.0, "{fit:?}: {off}");
    }
}

#[test]
fn odd_and_extreme_sizes_are_drawn() {
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &corners(321, 203));
    let clip = folder.path().join("odd.mkv");
    let options = "-vf scale=out_color_matrix=bt709,format=yuv420p -colorspace bt709 -c:v ffv1";
    ffmpeg(&[], &format!("-i {} {options}", picture.display()), &clip);
    let long = saved(&folder, "long.png", &corners(8000, 16));
    let crop = Rect { x: 0.0, y: 0.0, w: 0.98, h: 0.98 };
    for (name, source) in [("odd-still", still(&picture)), ("odd-video", video(&clip)), ("long", still(&long))] {
        for fit in [Fit::Stretch, Fit::Contain, Fit::Blur, Fit::Cover] {
            for (size, crop_to) in
                [((320, 240), Rect::WHOLE), ((240, 320), crop), ((2, 2), Rect::WHOLE), ((4, 2), crop)]
            {
                let place = Placement { fit, crop_to, ..Placement::default() };
                let found = shown("odd", &at(&graph(size, vec![placed(source.clone(), place)]), 0.0));
                if size.0 > 100 && (fit == Fit::Stretch || fit == Fit::Blur) && name != "long" {
                    assert_eq!(letters(&found), "RGBW", "{name} {fit:?} {size:?}");
                    // No edge of another colour, as from samples that are not there.
                    assert_near(pixel(&found, 0.0, 0.0), [255, 0, 0], 24);
                    assert_near(pixel(&found, 0.9999, 0.9999), [255; 3], 24);
                }
            }
        }
    }
}
