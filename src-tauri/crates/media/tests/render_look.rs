//! How pictures look on a canvas: place, colour, way up, alpha, fades.
//!
//! `GALLOP_LOOK=FOLDER` keeps what is drawn as PNG files, for people to look at.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

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

#[test]
fn alpha_lets_through_without_seams() {
    let folder = TempDir::new().unwrap();
    // Left half white and half covering, right half with a colour that is not seen at all.
    let row: Vec<u8> = [[255, 255, 255, 128]; 20].into_iter().chain([[255, 0, 255, 0]; 20]).flatten().collect();
    let path = folder.path().join("a.png");
    fs::write(&path, png(40, 40, 8, 6, &[], &[&row[..]; 40])).unwrap();
    let blue = saved(&folder, "blue.png", &Picture { width: 64, height: 64, rgb: flat(64, 64, [0, 0, 200]) });
    let moving = Placement { crop_to: Rect { x: 0.0, y: 0.0, w: 0.99, h: 0.99 }, ..Placement::default() };
    for (name, place) in [("fixed", Placement::default()), ("moving", moving)] {
        let layers = vec![still(&blue), placed(still(&path), place)];
        let found = shown(&format!("alpha-{name}"), &at(&graph((160, 160), layers), 0.0));
        assert_near(pixel(&found, 0.2, 0.5), [128, 128, 227], 6);
        assert_near(pixel(&found, 0.8, 0.5), [0, 0, 200], 4);
        for x in 0..160 {
            let [red, green, _] = pixel(&found, f64::from(x) / 160.0, 0.5);
            assert!(red.abs_diff(green) < 24, "the hidden colour leaks at {x}: {red} {green}");
        }
    }
    // A video with alpha, as animated stickers are stored.
    let clip = folder.path().join("a.mov");
    ffmpeg(
        &[],
        &format!("-loop 1 -i {} -t 0.2 -c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le", path.display()),
        &clip,
    );
    let found = shown("alpha-video", &at(&graph((160, 160), vec![still(&blue), video(&clip)]), 0.1));
    assert_near(pixel(&found, 0.2, 0.5), [128, 128, 227], 10);
    assert_near(pixel(&found, 0.8, 0.5), [0, 0, 200], 6);
}

#[test]
fn fades_and_cross_fades_are_even() {
    let folder = TempDir::new().unwrap();
    let color = |name: &str, rgb| saved(&folder, name, &Picture { width: 16, height: 16, rgb: flat(16, 16, rgb) });
    let (white, red) = (color("white.png", [255; 3]), color("red.png", [255, 0, 0]));
    let mut below = still(&white);
    below.span = Span { start: Ticks::ZERO, end: Ticks::of_secs(2.0) };
    below.fade_in = Ticks::of_secs(1.0);
    let mut above = still(&red);
    above.span = Span { start: Ticks::of_secs(1.0), end: Ticks::of_secs(3.0) };
    above.fade_in = Ticks::of_secs(1.0);
    above.fade_out = Ticks::of_secs(0.5);
    let graph = graph((16, 16), vec![below, above]);
    let luma = |secs| at(&graph, secs).planes()[0].rows().next().unwrap()[0];
    assert_eq!([0.0, 0.25, 0.5, 1.0].map(luma), [16, 71, 126, 235]);
    // From white (235) to red (63) without a dip, then to black.
    assert_eq!([1.25, 1.5, 1.75, 2.0, 2.5, 2.75, 3.0].map(luma), [192, 149, 106, 63, 63, 40, 16]);
    let mut half = still(&white);
    half.opacity = 0.5;
    assert_eq!(at(&common::film::graph((16, 16), vec![half]), 0.0).planes()[0].rows().next().unwrap()[0], 126);
}

#[test]
fn a_pan_moves_by_less_than_a_pixel() {
    let folder = TempDir::new().unwrap();
    // A white bar on black; where its middle lies says how far the picture has moved.
    let mut rgb = flat(640, 64, [0; 3]);
    for pixel in rgb.chunks_mut(3).enumerate().filter(|(at, _)| (300..340).contains(&(at % 640))).map(|(_, it)| it) {
        pixel.fill(255);
    }
    let picture = saved(&folder, "bar.png", &Picture { width: 640, height: 64, rgb });
    let clip = folder.path().join("bar.mp4");
    ffmpeg(&[], &format!("-loop 1 -i {} -t 0.2 -c:v libx264 -crf 1 -pix_fmt yuv420p", picture.display()), &clip);
    let crop = Rect { x: 0.3, y: 0.0, w: 0.4, h: 1.0 };
    let place = Placement { crop, crop_to: Rect { x: 0.35, ..crop }, ..Placement::default() };
    for source in [still(&picture), video(&clip)] {
        let mut layer = placed(source, place);
        layer.span.end = Ticks::of_secs(10.0);
        let graph = graph((256, 64), vec![layer]);
        let mut painter = Painter::new(&graph, graph.size).unwrap();
        for step in 0..100 {
            let frame = painter.frame(Ticks::of_secs(f64::from(step) / 10.0)).unwrap();
            let row = frame.planes()[0].rows().nth(32).unwrap();
            let light = row.iter().map(|it| f64::from(*it) - 16.0);
            let middle =
                light.clone().enumerate().map(|(x, it)| (x as f64 + 0.5) * it).sum::<f64>() / light.sum::<f64>();
            // 32 pixels in 10 s, to the left.
            let expected = 128.0 - f64::from(step) * 0.32;
            assert!((middle - expected).abs() < 0.12, "at step {step}: {middle} instead of {expected}");
        }
    }
}

#[test]
fn colours_can_be_adjusted() {
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &corners(64, 64));
    let mut grey = still(&picture);
    grey.color = ColorAdjust { saturation: -1.0, ..ColorAdjust::default() };
    let found = shown("grey", &at(&graph((64, 64), vec![grey.clone()]), 0.0));
    let [r, g, b] = pixel(&found, 0.2, 0.2);
    assert!(r.abs_diff(g) <= 2 && g.abs_diff(b) <= 2 && (45..65).contains(&r), "{r} {g} {b}");
    grey.color = ColorAdjust { warmth: 0.5, ..ColorAdjust::default() };
    let [r, _, b] = pixel(&shown("warm", &at(&graph((64, 64), vec![grey]), 0.0)), 0.8, 0.8);
    assert!(r == 255 && b < 240, "{r} {b}");
}

#[test]
fn hidden_layers_need_no_file_and_odd_graphs_are_refused() {
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &noise(64, 64));
    let missing = video(&folder.path().join("missing.mp4"));
    let covered = graph((64, 64), vec![missing.clone(), still(&picture)]);
    assert!(Painter::new(&covered, (64, 64)).unwrap().frame(Ticks::ZERO).is_ok());
    let error = Painter::new(&covered, (64, 64)).unwrap().check_files().unwrap_err().to_string();
    assert!(error.contains("missing.mp4"), "{error}");
    assert_eq!(at(&graph((64, 64), vec![]), 0.0), Frame::filled((64, 64), [0; 3]).unwrap());
    assert_eq!(at(&graph((64, 64), vec![missing.clone()]), -1.0), Frame::filled((64, 64), [0; 3]).unwrap());
    let refused = |change: fn(&mut Layer), expected: &str| {
        let mut layer = still(&picture);
        change(&mut layer);
        let error = Painter::new(&graph((64, 64), vec![layer]), (64, 64)).err().unwrap().to_string();
        assert!(error.contains("layer 1") && error.contains(expected), "{error}");
    };
    refused(|layer| layer.opacity = f32::NAN, "opacity");
    refused(|layer| layer.place.crop.w = 0.0, "no size");
    refused(|layer| layer.place.frame.x = f32::INFINITY, "not a number");
    refused(|layer| layer.source = Source::Video { path: "a".into(), from: Ticks::ZERO, speed: 0.0 }, "speed");
    assert!(Painter::new(&graph((64, 64), vec![]), (63, 64)).is_err());
}

#[test]
fn more_layers_than_stay_open_are_drawn_alike() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.mp4");
    film(&path, 50, "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 10");
    let layers: Vec<_> = (0..12_i64)
        .map(|at| {
            let from = Ticks::of_frames(at as u64 * 4, gallop_media::FrameRate::whole(25));
            let mut layer = layer(Source::Video { path: path.clone(), from, speed: 1.0 });
            let start = Ticks::of_secs(at as f64);
            layer.span = Span { start, end: start + Ticks::of_secs(1.0) };
            layer
        })
        .collect();
    let graph = graph((128, 64), layers);
    let mut painter = Painter::new(&graph, graph.size).unwrap();
    for at in [0, 5, 11, 3, 7, 7, 1, 10, 2, 9, 0, 11] {
        let frame = painter.frame(Ticks::of_secs(f64::from(at) + 0.08)).unwrap();
        assert_eq!(number(&frame), at as usize * 4 + 2);
    }
}

#[test]
fn words_are_drawn_over_everything_and_painters_travel() {
    fn travels<T: Send>(_: &T) {}
    let folder = TempDir::new().unwrap();
    let picture = saved(&folder, "a.png", &corners(64, 64));
    let mut graph = graph((320, 320), vec![still(&picture)]);
    let plain = at(&graph, 0.5);
    let cue = Cue::new(Span { start: Ticks::ZERO, end: Ticks::of_secs(1.0) }, "Gallop", "en");
    let ass = compose(&Page { size: graph.size, safe: Rect::WHOLE }, &[cue], &Style::default(), None).unwrap();
    graph.words = Some(Words { ass, fonts: "".into() });
    let mut painter = Painter::new(&graph, graph.size).unwrap();
    travels(&painter);
    let lettered = painter.frame(Ticks::of_secs(0.5)).unwrap();
    shown("words", &lettered);
    assert!(lettered != plain);
    assert!(painter.frame(Ticks::of_secs(1.5)).unwrap() == plain, "the caption is over");
    graph.duration = Ticks::of_secs(0.2);
    assert_eq!(at(&graph, 0.5), Frame::filled((320, 320), [0; 3]).unwrap(), "nothing is written behind the end");
}
