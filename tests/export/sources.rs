//! The sources: files as cameras, phones and other programs write them, made with the `ffmpeg` program.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::card::{Card, FLASH_SECS, Light, sound};

/// Length of a source.
const SECS: f64 = 1.6;
/// Length of the long one.
const LONG_SECS: f64 = 600.0;
/// The same where there is little time.
const SHORT_LONG_SECS: f64 = 20.0;

/// A file that is exported.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name in the table.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What is known of it; nothing of somebody's own file.
    pub known: Option<Known>,
}

/// What is known of a source.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Width and height as it is seen, in square pixels.
    pub seen: (f64, f64),
    /// Length of its pictures; nothing for a still.
    pub secs: Option<f64>,
    /// When its picture flashes: the first frame at [`FLASH_SECS`] or behind it.
    pub flash_secs: Option<f64>,
    /// Whether it clicks at [`FLASH_SECS`].
    pub clicks: bool,
    /// How its colours were written.
    pub light: Light,
    /// Whether nothing lies around the square.
    pub is_cut_out: bool,
    /// Whether it is made of fields.
    pub is_interlaced: bool,
}

/// How a source is made. `{out}` stands for the file.
struct Recipe {
    name: &'static str,
    ending: &'static str,
    size: (usize, usize),
    rate: (u32, u32),
    frames: Option<u32>,
    pixels: Pixels,
    /// What `ffmpeg` is told of the pictures.
    video: &'static str,
    /// And of the sound; nothing where there is none.
    audio: Option<&'static str>,
    /// The first file is copied into the source with these arguments.
    then: Option<&'static str>,
    /// So many seconds lie before what is seen, and are cut by an edit list.
    before_secs: f64,
    /// The sound track begins so much later.
    late_secs: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pixels {
    Plain(Light),
    CutOut,
}

const HD: &str = "-vf scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p \
    -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv -c:v libx264 -preset veryfast -crf 12 -bf 0";
const AAC: &str = "-c:a aac -b:a 192k -ac 2";

const BASIC: Recipe = Recipe {
    name: "",
    ending: "mp4",
    size: (640, 360),
    rate: (25, 1),
    frames: None,
    pixels: Pixels::Plain(Light::Plain),
    video: HD,
    audio: Some(AAC),
    then: None,
    before_secs: 0.0,
    late_secs: 0.0,
};

const RECIPES: [Recipe; 21] = [
    Recipe {
        name: "odd-size",
        ending: "mkv",
        size: (321, 569),
        rate: (30, 1),
        // Says nothing of its colours, and so is taken for BT.601.
        video: "-vf scale=out_color_matrix=bt601:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p \
            -c:v libvpx-vp9 -b:v 0 -crf 18 -deadline realtime -cpu-used 8",
        // Nothing that has samples of its own in front: FFmpeg's muxer would put them 7 ms before the pictures.
        audio: Some("-c:a flac -ac 2"),
        ..BASIC
    },
    Recipe {
        name: "variable-rate",
        size: (480, 854),
        rate: (30, 1),
        video: "-vf select='eq(n\\,0)+gt(mod(n\\,5)\\,1)+between(n\\,22\\,28)',\
            scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p -fps_mode vfr \
            -colorspace bt709 -color_primaries bt709 -color_trc bt709 -c:v libx264 -preset veryfast -crf 12 -bf 0",
        ..BASIC
    },
    Recipe { name: "23.976-fps", rate: (24_000, 1_001), ..BASIC },
    Recipe { name: "25-fps", size: (1080, 1920), ..BASIC },
    Recipe { name: "29.97-fps", size: (640, 480), rate: (30_000, 1_001), ..BASIC },
    Recipe { name: "30-fps", size: (480, 480), rate: (30, 1), ..BASIC },
    Recipe { name: "60-fps", size: (720, 1280), rate: (60, 1), ..BASIC },
    Recipe { name: "mono-44.1k", audio: Some("-c:a aac -b:a 96k -ac 1 -ar 44100"), ..BASIC },
    Recipe {
        name: "surround-5.1",
        audio: Some("-af pan=5.1|FL=c0|FR=c0|FC=c0|LFE=0*c0|BL=0.5*c0|BR=0.5*c0 -c:a ac3 -b:a 448k"),
        ..BASIC
    },
    Recipe {
        name: "rotated-phone",
        size: (360, 640),
        rate: (30, 1),
        video: "-vf scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p,transpose=clock \
            -colorspace bt709 -color_primaries bt709 -color_trc bt709 -c:v libx264 -preset veryfast -crf 12 -bf 0",
        then: Some("-c copy -metadata:s:v:0 rotate=90"),
        ..BASIC
    },
    Recipe {
        name: "hdr-pq",
        pixels: Pixels::Plain(Light::Pq),
        video: "-vf scale=out_color_matrix=bt2020:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p10le \
            -colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084 -color_range tv \
            -c:v libx265 -preset ultrafast -crf 12 -x265-params log-level=error -tag:v hvc1",
        ..BASIC
    },
    Recipe {
        name: "hdr-hlg",
        size: (360, 640),
        pixels: Pixels::Plain(Light::Hlg),
        rate: (30, 1),
        video: "-vf scale=out_color_matrix=bt2020:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p10le \
            -colorspace bt2020nc -color_primaries bt2020 -color_trc arib-std-b67 -color_range tv \
            -c:v libx265 -preset ultrafast -crf 12 -x265-params log-level=error -tag:v hvc1",
        ..BASIC
    },
    Recipe {
        name: "alpha-png",
        ending: "png",
        size: (601, 401),
        frames: Some(1),
        pixels: Pixels::CutOut,
        video: "-c:v png",
        audio: None,
        ..BASIC
    },
    Recipe { name: "no-sound", size: (640, 640), audio: None, ..BASIC },
    Recipe { name: "one-frame", rate: (30, 1), frames: Some(1), audio: None, ..BASIC },
    Recipe { name: "long", size: (320, 180), ..BASIC },
    Recipe { name: "edit-list", before_secs: 0.48, then: Some("-c copy"), ..BASIC },
    Recipe { name: "late-sound", late_secs: 0.4, ..BASIC },
    Recipe {
        name: "b-frames",
        size: (640, 360),
        video: "-vf scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p \
            -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
            -c:v libx264 -preset medium -crf 12 -bf 4 -g 12 -x264-params b-pyramid=normal:open-gop=1",
        ..BASIC
    },
    Recipe {
        name: "interlaced",
        // As seen; it is stored in 720x576 with wide pixels.
        size: (1048, 576),
        rate: (50, 1),
        video: "-vf scale=720:576:out_color_matrix=bt601:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p,\
            setsar=16/11,tinterlace=interleave_top,setfield=tff -r 25 \
            -colorspace bt470bg -color_primaries bt470bg -color_trc gamma28 -color_range tv \
            -c:v libx264 -preset veryfast -crf 12 -bf 2 -flags +ilme+ildct -x264-params tff=1",
        ..BASIC
    },
    Recipe {
        name: "prores-422",
        ending: "mov",
        size: (360, 450),
        rate: (24, 1),
        video: "-vf scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv422p10le,\
            setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709 -c:v prores_ks -profile:v hq",
        audio: Some("-c:a pcm_s24le -ac 2"),
        ..BASIC
    },
];

/// How long the long source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Ten minutes.
    Whole,
    /// Twenty seconds.
    Short,
}

/// All sources, as they will be in a folder.
pub fn all(folder: &Path, length: Length) -> Vec<Source> {
    RECIPES.iter().map(|recipe| recipe.source(folder, length)).collect()
}

/// Makes those of [`all`] that are wanted by name, and counts them.
pub fn make(folder: &Path, length: Length, is_wanted: impl Fn(&str) -> bool) -> anyhow::Result<usize> {
    let wanted: Vec<&Recipe> = RECIPES.iter().filter(|recipe| is_wanted(recipe.name)).collect();
    wanted.iter().try_for_each(|recipe| recipe.make(folder, length).context(recipe.name))?;
    Ok(wanted.len())
}

/// Somebody's own files, by name.
pub fn found(folder: &Path) -> anyhow::Result<Vec<Source>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    ensure!(!files.is_empty(), "there is no file in {}", folder.display());
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(files.into_iter().map(|path| Source { name: name(&path), known: None, path }).collect())
}

impl Recipe {
    fn secs(&self, length: Length) -> f64 {
        match (self.name, length) {
            ("long", Length::Whole) => LONG_SECS,
            ("long", Length::Short) => SHORT_LONG_SECS,
            _ => SECS,
        }
    }

    fn frames_per_sec(&self) -> f64 {
        f64::from(self.rate.0) / f64::from(self.rate.1)
    }

    fn frames(&self, length: Length) -> u32 {
        self.frames.unwrap_or((self.secs(length) * self.frames_per_sec()).round() as u32)
    }

    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.{}", self.name, self.ending))
    }

    fn make(&self, folder: &Path, length: Length) -> anyhow::Result<()> {
        let (rate, frames, path) = (self.frames_per_sec(), self.frames(length), self.path(folder));
        let first = match self.then {
            Some(_) => folder.join(format!("{}.first.{}", self.name, self.ending)),
            None => path.clone(),
        };
        self.write(folder, &first, frames + (self.before_secs * rate).round() as u32, rate)?;
        if let Some(then) = self.then {
            let mut copy = ffmpeg();
            if self.before_secs > 0.0 {
                copy.args(["-ss", &self.before_secs.to_string()]);
            }
            copy.arg("-i").arg(&first).args(then.split_whitespace()).arg(&path);
            ensure!(copy.status()?.success(), "ffmpeg cannot copy {}", first.display());
            std::fs::remove_file(&first)?;
        }
        Ok(())
    }

    fn source(&self, folder: &Path, length: Length) -> Source {
        let (rate, frames) = (self.frames_per_sec(), self.frames(length));
        let is_film = self.pixels != Pixels::CutOut;
        // Of fields, a frame shows two.
        let shown_rate = if self.name == "interlaced" { rate / 2.0 } else { rate };
        let flash = (FLASH_SECS * shown_rate - 1e-6).ceil() / shown_rate;
        Source {
            name: self.name.to_owned(),
            path: self.path(folder),
            known: Some(Known {
                seen: (self.size.0 as f64, self.size.1 as f64),
                secs: is_film.then_some(f64::from(frames) / rate),
                flash_secs: (is_film && frames > 1).then_some(flash),
                clicks: self.audio.is_some(),
                light: match self.pixels {
                    Pixels::Plain(light) => light,
                    Pixels::CutOut => Light::Plain,
                },
                is_cut_out: !is_film,
                is_interlaced: self.name == "interlaced",
            }),
        }
    }

    /// Draws, plays and encodes.
    fn write(&self, folder: &Path, path: &Path, frames: u32, rate: f64) -> anyhow::Result<()> {
        let card = Card { width: self.size.0, height: self.size.1 };
        let format = match self.pixels {
            Pixels::CutOut => "rgba",
            Pixels::Plain(Light::Plain) => "rgb24",
            Pixels::Plain(_) => "rgb48le",
        };
        let mut command = ffmpeg();
        command.args(["-f", "rawvideo", "-pix_fmt", format, "-s", &format!("{}x{}", card.width, card.height)]);
        command.args(["-r", &format!("{}/{}", self.rate.0, self.rate.1), "-i", "pipe:0"]);
        let wav = folder.join(format!("{}.wav", self.name));
        if let Some(audio) = self.audio {
            let secs = f64::from(frames) / rate;
            std::fs::write(&wav, as_wav(48_000, &sound(48_000, secs, self.before_secs)))?;
            let late = self.late_secs.to_string();
            command.args(["-itsoffset", &late, "-ss", &late, "-i"]).arg(&wav);
            command.args(["-map", "0:v", "-map", "1:a"]).args(audio.split_whitespace());
        }
        command.args(self.video.split_whitespace());
        let mut child = command.arg(path).stdin(Stdio::piped()).spawn().context("cannot start ffmpeg")?;
        let mut pipe = child.stdin.take().context("ffmpeg takes no pictures")?;
        let mut colors = HashMap::new();
        for number in 0..frames {
            let secs = f64::from(number) / rate - self.before_secs;
            let pixels = match self.pixels {
                Pixels::CutOut => card.cut_out(),
                Pixels::Plain(Light::Plain) => card.frame(secs),
                Pixels::Plain(light) => deepened(&card.frame(secs), light, &mut colors),
            };
            // Where it has had enough, its own words say why.
            if pipe.write_all(&pixels).is_err() {
                break;
            }
        }
        drop(pipe);
        if !child.wait()?.success() {
            bail!("ffmpeg cannot make {}", path.display());
        }
        std::fs::remove_file(&wav).ok();
        Ok(())
    }
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-y"]);
    command
}

/// A picture in 16 bits of BT.2020.
fn deepened(frame: &[u8], light: Light, known: &mut HashMap<[u8; 3], [u8; 6]>) -> Vec<u8> {
    let deep = |color: [u8; 3]| {
        let [r, g, b] = crate::card::deep(color, light).map(u16::to_le_bytes);
        [r[0], r[1], g[0], g[1], b[0], b[1]]
    };
    let pixels = frame.as_chunks::<3>().0;
    pixels.iter().flat_map(|color| *known.entry(*color).or_insert_with(|| deep(*color))).collect()
}

/// A WAV file of 16-bit mono sound.
fn as_wav(rate: u32, samples: &[f32]) -> Vec<u8> {
    let bytes = samples.len() as u32 * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| ((sample * 32_767.0).round() as i16).to_le_bytes()));
    file
}
