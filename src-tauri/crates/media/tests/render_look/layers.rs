//! Layers over each other.

use super::*;

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
