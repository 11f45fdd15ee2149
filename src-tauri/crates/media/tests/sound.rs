//! Sound files: the right samples, at the right time.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::fs;

use common::{click, encode_sound, loudest_secs, wav};
use gallop_media::{Channels, Error, Sound, has_encoder, read_sound};
use tempfile::TempDir;

#[test]
fn a_click_stays_where_it_is_at_any_rate() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("click.wav");
    for rate in [8_000, 11_025, 22_050, 44_100, 48_000, 96_000] {
        for count in [1, 2] {
            fs::write(&path, wav(rate, &vec![click(rate); count])).unwrap();
            for to in [16_000, 44_100, 51_200] {
                let sound = read_sound(&path, to, Channels::Mono).unwrap();
                assert_eq!((sound.sample_rate, sound.samples()), (to, 2 * to as usize), "{rate} to {to}");
                let at = loudest_secs(&sound.channels[0], to);
                assert!((at - 1.0).abs() < 1.5 / f64::from(rate.min(to)), "{rate} to {to}: at {at}");
                assert!((sound.peak() - 0.8).abs() < 0.15, "{rate} to {to}: peak {}", sound.peak());
            }
        }
    }
}

#[test]
fn what_encoders_put_in_front_is_removed() {
    let folder = TempDir::new().unwrap();
    for (name, encoder) in [("a.m4a", "aac"), ("a.mp3", "libmp3lame"), ("a.ogg", "libvorbis")] {
        if !has_encoder(encoder) {
            eprintln!("skipped: this FFmpeg has no {encoder}");
            continue;
        }
        let path = folder.path().join(name);
        encode_sound(&path, encoder, &click(44_100));
        let sound = read_sound(&path, 48_000, Channels::Mono).unwrap();
        let at = loudest_secs(&sound.channels[0], 48_000);
        assert!((at - 1.0).abs() < 0.001, "{name}: the click is at {at}");
        assert!((sound.duration_secs() - 2.0).abs() < 0.03, "{name} lasts {}", sound.duration_secs());
    }
}

#[test]
fn channels_are_copied_and_averaged() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    let (left, right) = (vec![0.5; 4_800], vec![-0.25; 4_800]);
    fs::write(&path, wav(48_000, std::slice::from_ref(&left))).unwrap();
    let stereo = read_sound(&path, 48_000, Channels::Stereo).unwrap();
    assert_eq!(stereo.channels.len(), 2);
    assert_eq!(stereo.channels[0], stereo.channels[1]);
    assert!((stereo.peak() - 0.5).abs() < 1e-3, "no 3 dB are lost: {}", stereo.peak());
    fs::write(&path, wav(48_000, &[left, right])).unwrap();
    let stereo = read_sound(&path, 48_000, Channels::Stereo).unwrap();
    assert!((stereo.channels[0][100] - 0.5).abs() < 1e-3 && (stereo.channels[1][100] + 0.25).abs() < 1e-3);
    let mono = read_sound(&path, 48_000, Channels::Mono).unwrap();
    assert_eq!(mono.channels.len(), 1);
    assert!((mono.channels[0][100] - 0.125).abs() < 1e-3, "{}", mono.channels[0][100]);
}

#[test]
fn six_channels_become_one_or_two_within_full_scale() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("six.wav");
    fs::write(&path, wav(48_000, &vec![click(48_000); 6])).unwrap();
    for (channels, count) in [(Channels::Mono, 1), (Channels::Stereo, 2)] {
        let sound = read_sound(&path, 16_000, channels).unwrap();
        assert_eq!(sound.channels.len(), count);
        assert!(sound.peak() > 0.3 && sound.peak() <= 1.0, "{}", sound.peak());
    }
}

#[test]
fn silence_is_recognised() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    fs::write(&path, wav(44_100, &[vec![0.0; 44_100]])).unwrap();
    let sound = read_sound(&path, 44_100, Channels::Mono).unwrap();
    assert!(sound.is_silent() && sound.peak() == 0.0 && sound.rms() == 0.0);
    fs::write(&path, wav(44_100, &[click(44_100)])).unwrap();
    assert!(!read_sound(&path, 44_100, Channels::Mono).unwrap().is_silent());
    let known = Sound { sample_rate: 4, channels: vec![vec![0.6, -0.8], vec![0.0, 0.0]] };
    assert!((known.rms() - 0.5).abs() < 1e-6 && known.peak() == 0.8 && known.duration_secs() == 0.5);
    assert!(Sound { sample_rate: 4, channels: vec![] }.is_silent());
}

#[test]
fn bad_files_are_refused_in_words() {
    let folder = TempDir::new().unwrap();
    let saved = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let other = saved("other.wav", &wav(44_100, &[click(44_100)]));
    let playlist = format!("ffconcat version 1.0\nfile '{}'\n", other.display());
    let m3u = format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n", other.display());
    let m4a = folder.path().join("a.m4a");
    encode_sound(&m4a, "aac", &click(44_100));
    let m4a = fs::read(&m4a).unwrap();
    for path in [
        saved("text.wav", b"hello, I am text and no sound at all"),
        saved("empty.wav", b""),
        saved("no-samples.wav", &wav(44_100, &[vec![]])),
        saved("half.m4a", &m4a[..m4a.len() / 2]),
        saved("list.wav", playlist.as_bytes()),
        saved("list.m3u8", m3u.as_bytes()),
    ] {
        let error = read_sound(&path, 16_000, Channels::Mono).unwrap_err();
        assert!(matches!(error, Error::UnreadableMedia { .. }), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    let picture = folder.path().join("a.png");
    gallop_media::write_picture(&picture, &common::noise(32, 32)).unwrap();
    assert!(matches!(read_sound(&picture, 16_000, Channels::Mono), Err(Error::NoSound { .. })));
    assert!(matches!(read_sound(&folder.path().join("none.wav"), 16_000, Channels::Mono), Err(Error::Io { .. })));
    assert!(matches!(read_sound(folder.path(), 16_000, Channels::Mono), Err(Error::Io { .. })));
    assert!(matches!(read_sound(&other, 0, Channels::Mono), Err(Error::Spec(_))));
}

/// A recording that was cut off is worth what is in it.
#[test]
fn a_truncated_wav_gives_what_is_there() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("cut.wav");
    let whole = wav(44_100, &[click(44_100)]);
    fs::write(&path, &whole[..44 + 44_100 * 3]).unwrap();
    let sound = read_sound(&path, 44_100, Channels::Mono).unwrap();
    assert!((sound.duration_secs() - 1.5).abs() < 0.01, "{}", sound.duration_secs());
    assert!((loudest_secs(&sound.channels[0], 44_100) - 1.0).abs() < 0.001);
}

#[test]
fn too_long_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("long.wav");
    fs::write(&path, wav(1_000, &[vec![0.1; 601_000]])).unwrap();
    let error = read_sound(&path, 2_000, Channels::Mono).unwrap_err();
    assert!(matches!(error, Error::SoundTooLong { .. }), "{error}");
}
