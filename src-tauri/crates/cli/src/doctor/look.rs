//! What is here: each check with a limit, each failure a note.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gallop_core::disk;
use gallop_core::library::Library;
use gallop_core::places::Places;
use gallop_core::settings::{EngineSettings, Settings};
use gallop_engine::cards::{self, Cards};
use gallop_engine::machine;
use gallop_protocol::doctor::{self, Card, Disk, DiskTest, EngineFound, EngineKind, Machine, Media, Note};

use super::limit::within;
use crate::error::one_line;

/// How long the disk writes, and then reads.
const DISK_TEST: Duration = Duration::from_secs(2);
/// How long the driver of a card may take.
const CARDS_LIMIT: Duration = Duration::from_secs(10);
/// How long a disk may take: one piece may take long to reach a slow one.
const DISK_LIMIT: Duration = Duration::from_secs(45);
/// How long FFmpeg may take to open an encoder; one of a card waits for its driver.
const MEDIA_LIMIT: Duration = Duration::from_secs(15);
/// How long files may take that another disk may hold.
const FILES_LIMIT: Duration = Duration::from_secs(5);
/// The engine that uses the card.
const CUDA_ENGINE: &str = "gallop-cuda";

/// Encoders that clips and exports can be made with.
const ENCODERS: [&str; 20] = [
    "libx264",
    "libopenh264",
    "h264_nvenc",
    "h264_qsv",
    "h264_amf",
    "h264_mf",
    "h264_vaapi",
    "h264_videotoolbox",
    "libx265",
    "hevc_nvenc",
    "libsvtav1",
    "libaom-av1",
    "av1_nvenc",
    "libvpx-vp9",
    "prores_ks",
    "aac",
    "aac_mf",
    "libfdk_aac",
    "libopus",
    "png",
];

/// What could not be found out on the way.
#[derive(Debug, Default)]
pub struct Notes(pub Vec<Note>);

impl Notes {
    /// One more.
    pub fn add(&mut self, about: &str, text: impl Into<String>) {
        self.0.push(Note { about: about.into(), text: gallop_protocol::shown(&text.into()) });
    }

    /// Runs a check within its limit; what it lacks becomes a note.
    pub fn check<T: Send + 'static>(
        &mut self,
        about: &str,
        limit: Duration,
        check: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Option<T> {
        match within(limit, check) {
            Ok(Ok(found)) => Some(found),
            Ok(Err(error)) => {
                self.add(about, one_line(&error));
                None
            }
            Err(lost) => {
                self.add(about, format!("{about}: {lost}"));
                None
            }
        }
    }
}

/// Looks for cards.
pub fn cards(notes: &mut Notes) -> Cards {
    notes.check("cards", CARDS_LIMIT, || Ok(cards::look())).unwrap_or_default()
}

/// Processor, memory, cards.
pub fn machine(cards: &Cards) -> Machine {
    let (cpu, memory) = (machine::cpu(), machine::memory());
    let card = |card: &cards::Card| Card {
        name: card.name.clone(),
        vram_bytes: card.total_bytes,
        vram_free_bytes: card.free_bytes,
        compute_capability: card.compute_capability.clone(),
    };
    Machine {
        system: machine::system(),
        cpu: cpu.name,
        threads: cpu.threads,
        vector: cpu.vector.into_iter().map(Into::into).collect(),
        ram_bytes: memory.total_bytes,
        ram_available_bytes: memory.available_bytes,
        swap_bytes: memory.swap_bytes,
        swap_free_bytes: memory.swap_free_bytes,
        driver: cards.driver.clone(),
        cards: cards.cards.iter().map(card).collect(),
        built_with_cuda: cfg!(feature = "cuda"),
    }
}

/// Whether the disk is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskCheck {
    /// It is.
    Measure,
    /// Only its room is looked at.
    Skip,
}

/// The disk of the models, and how fast it was where it was measured.
pub fn disk(models: &Path, check: DiskCheck) -> (Disk, Option<disk::Speed>) {
    let wanted = models.to_owned();
    let looked = within(FILES_LIMIT, move || {
        let folder = disk::nearest(&wanted);
        let room = disk::room(&folder);
        (folder, room)
    });
    let (folder, room) = match looked {
        Ok(found) => found,
        Err(lost) => {
            let test = DiskTest::Failed { reason: lost.to_string() };
            return (Disk { folder: shown(models), free_bytes: None, total_bytes: None, test }, None);
        }
    };
    let measured = match check {
        DiskCheck::Skip => None,
        DiskCheck::Measure => {
            let folder = folder.clone();
            Some(within(DISK_LIMIT, move || disk::measure(&folder, DISK_TEST)))
        }
    };
    let speed = measured.as_ref().and_then(|measured| measured.as_ref().ok()?.as_ref().ok().copied());
    let test = match measured {
        None => DiskTest::Skipped,
        Some(Ok(Ok(speed))) => DiskTest::Measured {
            bytes: speed.bytes,
            write_bytes_per_second: speed.write_bytes_per_second,
            read_bytes_per_second: speed.read_bytes_per_second,
        },
        Some(Ok(Err(error))) => DiskTest::Failed { reason: one_line(&error) },
        Some(Err(lost)) => DiskTest::Failed { reason: lost.to_string() },
    };
    let (free_bytes, total_bytes) = (room.map(|room| room.free_bytes), room.map(|room| room.total_bytes));
    (Disk { folder: shown(&folder), free_bytes, total_bytes, test }, speed)
}

/// FFmpeg and its encoders.
pub fn media(notes: &mut Notes) -> Media {
    let looked = notes.check("media", MEDIA_LIMIT, || {
        let compiled = ENCODERS.into_iter().filter(|name| gallop_media::has_encoder(name)).map(str::to_owned);
        let (encoders, opened) = (compiled.collect(), gallop_media::h264_encoder());
        let why = opened.as_ref().err().map(ToString::to_string);
        let h264_encoder = opened.ok().map(str::to_owned);
        Ok((Media { ffmpeg: Some(gallop_media::ffmpeg_version()), h264_encoder, encoders }, why))
    });
    let (media, why) = looked.unwrap_or_default();
    if let Some(why) = why {
        notes.add("media", why);
    }
    media
}

/// Whether clips can be written.
pub fn can_encode(media: &Media) -> bool {
    media.h264_encoder.is_some() && media.encoders.iter().any(|name| name == "aac")
}

/// The engines of the settings, and the one beside this program that uses the card.
pub fn engines(places: Option<&Places>, notes: &mut Notes) -> Vec<EngineFound> {
    let settings = places.cloned().and_then(|places| {
        // Settings that cannot be read stop jobs, so that they are told; the usual ones are looked at instead.
        notes.check("settings", FILES_LIMIT, move || Settings::load(&places))
    });
    let wanted = settings.unwrap_or_default().engines;
    let looked = within(FILES_LIMIT, move || {
        let named = wanted.iter().map(engine).collect::<Vec<_>>();
        named.into_iter().chain(cuda_engine()).collect()
    });
    looked.unwrap_or_default()
}

fn engine(engine: &EngineSettings) -> EngineFound {
    let name = engine.name.clone();
    match engine.launch.first() {
        None => {
            let program = std::env::current_exe().ok();
            let found = program.is_some();
            let program = program.as_deref().map_or_else(|| "gallop".into(), shown);
            EngineFound { name, kind: EngineKind::ThisProgram, program, found }
        }
        Some(word) => {
            let path = find_program(word);
            let found = path.is_some();
            let program = path.as_deref().map_or_else(|| word.clone(), shown);
            EngineFound { name, kind: EngineKind::Settings, program, found }
        }
    }
}

fn cuda_engine() -> Option<EngineFound> {
    let program = std::env::current_exe().ok()?;
    let beside = program.with_file_name(format!("{CUDA_ENGINE}{}", std::env::consts::EXE_SUFFIX));
    let is_other = beside != program && beside.is_file();
    is_other.then(|| EngineFound {
        name: CUDA_ENGINE.into(),
        kind: EngineKind::Cuda,
        program: shown(&beside),
        found: true,
    })
}

/// Where a command's program is: as it stands where it is a path, else in the folders of `PATH`.
fn find_program(word: &str) -> Option<PathBuf> {
    let named = Path::new(word);
    let folders: Vec<PathBuf> = if named.components().count() > 1 {
        vec![PathBuf::new()]
    } else {
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect()
    };
    let names = [word.to_owned(), format!("{word}{}", std::env::consts::EXE_SUFFIX)];
    let paths = folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    paths.into_iter().find(|path| path.is_file())
}

/// Where things lie.
pub fn places(places: Option<&Places>, models: &Path, notes: &mut Notes) -> doctor::Places {
    let projects =
        places.cloned().and_then(|places| notes.check("projects", FILES_LIMIT, move || Library::look(&places)));
    doctor::Places {
        program: std::env::current_exe().ok().as_deref().map(shown),
        models: Some(shown(models)),
        data: places.map(|places| shown(&places.data)),
        config: places.map(|places| shown(&places.config)),
        cache: places.map(|places| shown(&places.cache)),
        projects: projects.unwrap_or_default().iter().map(|folder| shown(folder)).collect(),
    }
}

/// A path for people, which cannot steer their terminal.
pub fn shown(path: &Path) -> String {
    gallop_protocol::shown(&path.display().to_string())
}
