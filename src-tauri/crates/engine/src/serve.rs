//! The process: a pipe in, a pipe out, and a folder for files on their way.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use bytes::BytesMut;
use gallop_models::generator::Manifest;
use gallop_models::plan::Budgets;
use gallop_protocol::frame::{Codec, Frame};
use gallop_protocol::message::{self, Command, Event, Hello, ModelInfo, VERSION};
use tempfile::TempDir;
use tokio_util::codec::Decoder as _;

use crate::inbox::Inbox;
use crate::model_folder::ModelPlace;
use crate::outbox::Outbox;
use crate::work::{Installed, Worker};
use crate::{complete, device, fit, machine};

/// How an engine is started.
#[derive(Debug, Default)]
pub struct Options {
    /// What can be made again: text features, files on their way.
    pub cache: PathBuf,
    /// Where the networks run; the NVIDIA card where there is one, else the processor, where none is named.
    pub device: Option<device::Kind>,
    /// The models; those in the installed folders where none is named.
    pub models: Vec<ModelPlace>,
    /// What may be used at most; all that is free where nothing is said.
    pub limits: Budgets,
}

/// Serves a studio at the other end of these pipes until its end closes, and then ends the process: whatever is being made
/// is of no use to anybody any more.
///
/// # Errors
/// The cache cannot be written, the device cannot be used, or the other side does not speak this protocol.
pub fn serve(
    options: &Options,
    input: impl Read + Send + 'static,
    output: impl std::io::Write + Send + 'static,
) -> anyhow::Result<()> {
    let folder = Folder::make(&options.cache)?;
    let outbox = Arc::new(Outbox::new(output));
    let inbox = Arc::new(Inbox::new(folder.path().to_owned()));
    let (device, no_card) = device::open(options.device)?;
    no_card.iter().for_each(|reason| eprintln!("gallop engine: {reason}"));
    let models = models(&options.models);
    let mut reader = Reader::new(input);
    greet(&mut reader, &outbox, hello(device::name(&device), &models))?;
    let (processor, limits) = (fit::processor(&device), options.limits);
    let mut worker = Worker {
        inbox: &inbox,
        outbox: &outbox,
        device,
        models,
        features: options.cache.join("text"),
        folder: folder.path().to_owned(),
        budgets: Box::new(move || fit::budgets(processor).at_most(limits)),
        loaded: None,
    };
    let ears = Arc::clone(&inbox);
    let place = folder.path().to_owned();
    std::thread::Builder::new().name("ears".into()).spawn(move || listen(reader, &ears, &place))?;
    loop {
        let (job, order) = inbox.next();
        if worker.work(job, order).is_err() {
            return Ok(());
        }
    }
}

/// Says hello and hears it.
fn greet(reader: &mut Reader, outbox: &Outbox, hello: Hello) -> anyhow::Result<()> {
    outbox.send(Event::Hello(hello))?;
    match reader.next()?.map(|frame| frame.head) {
        Some(Command::Hello { protocol: VERSION, .. }) => Ok(()),
        Some(Command::Hello { protocol, build }) => {
            bail!(
                "{build} speaks version {protocol} of the protocol, and this engine version {VERSION}; install the same Gallop on both sides"
            )
        }
        Some(_) => bail!("the other side did not say hello; this program is started by Gallop, not by hand"),
        None => Ok(()),
    }
}

/// Takes in what comes until nothing comes any more.
fn listen(mut reader: Reader, inbox: &Inbox, folder: &Path) {
    let status = loop {
        match reader.next() {
            Ok(Some(Frame { head: Command::Shutdown, .. }) | None) => break 0,
            Ok(Some(frame)) => inbox.put(frame.head, &frame.bytes),
            Err(error) => {
                eprintln!("gallop engine: {error}");
                break 1;
            }
        }
    };
    // Nothing of what the engine holds is worth an orderly end, but its files must not stay behind.
    std::fs::remove_dir_all(folder).ok();
    std::process::exit(status);
}

fn hello(kind: &str, models: &[Installed]) -> Hello {
    let name = if kind == "cpu" { machine::cpu_name() } else { None };
    let memory_bytes = if kind == "cpu" { machine::memory().total_bytes } else { None };
    Hello {
        protocol: VERSION,
        build: format!("gallop {}", env!("CARGO_PKG_VERSION")),
        device: message::Device { kind: kind.into(), name: name.unwrap_or_else(|| kind.into()), memory_bytes },
        models: models.iter().map(info).collect(),
    }
}

fn info(installed: &Installed) -> ModelInfo {
    let Manifest { sizes, upscale, seconds, .. } = &installed.manifest;
    ModelInfo {
        name: installed.model.name.clone(),
        sha256: installed.model.sha256.clone().unwrap_or_default(),
        sizes: sizes.clone(),
        upscales: upscale.iter().map(|part| part.short_side).collect(),
        seconds: [seconds.min, seconds.max, seconds.default],
    }
}

/// The models that can be opened. One that cannot is no reason to do without the others.
fn models(named: &[ModelPlace]) -> Vec<Installed> {
    let installed = || crate::model_folder::installed().into_iter().map(ModelPlace::from).collect();
    let places = if named.is_empty() { installed() } else { named.to_vec() };
    let open = |place: ModelPlace| {
        let opened = place.open().and_then(|manifest| {
            let model = complete::model(&manifest)?;
            Ok(Installed { manifest, model })
        });
        let folder = place.folders.first().map(|folder| folder.display().to_string()).unwrap_or_default();
        opened.inspect_err(|error| eprintln!("gallop engine: this model is left out ({error:#}): {folder}")).ok()
    };
    let mut models: Vec<_> = places.into_iter().filter_map(open).collect();
    // The model in the box is what an order without a name means.
    models.sort_by_key(|installed| installed.model.name != crate::model_folder::DEFAULT);
    models
}

/// Frames from a pipe.
struct Reader {
    input: Box<dyn Read + Send>,
    buffer: BytesMut,
    codec: Codec<Command, Event>,
}

impl Reader {
    fn new(input: impl Read + Send + 'static) -> Self {
        Self { input: Box::new(input), buffer: BytesMut::new(), codec: Codec::default() }
    }

    /// The next frame, or none at the end.
    fn next(&mut self) -> Result<Option<Frame<Command>>, gallop_protocol::Error> {
        let mut chunk = vec![0; 1 << 16];
        loop {
            if let Some(frame) = self.codec.decode(&mut self.buffer)? {
                return Ok(Some(frame));
            }
            match self.input.read(&mut chunk) {
                Ok(0) if self.buffer.is_empty() => return Ok(None),
                Ok(0) => return Err(gallop_protocol::Error::Frame("the input ends inside a frame".into())),
                Ok(count) => self.buffer.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// A folder for files on their way, locked as long as this engine lives, so that the next one can tell what a killed one
/// left behind.
struct Folder {
    folder: TempDir,
    _lock: File,
}

const LOCK: &str = ".lock";

impl Folder {
    fn make(cache: &Path) -> anyhow::Result<Self> {
        let root = cache.join("engine");
        let cannot = || format!("cannot write in the cache folder: {}", root.display());
        std::fs::create_dir_all(&root).with_context(cannot)?;
        sweep(&root);
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(&root).with_context(cannot)?;
        let lock = File::create(folder.path().join(LOCK)).with_context(cannot)?;
        lock.lock().with_context(cannot)?;
        Ok(Self { folder, _lock: lock })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders of engines that are not alive. A folder without a lock is just being made.
fn sweep(root: &Path) {
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let lock = File::open(entry.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folders_of_the_dead_are_swept() {
        let cache = tempfile::tempdir().expect("folder");
        let alive = Folder::make(cache.path()).expect("folder");
        let dead = cache.path().join("engine/run-dead");
        std::fs::create_dir(&dead).expect("folder");
        std::fs::write(dead.join(LOCK), "").expect("lock");
        let young = cache.path().join("engine/run-young");
        std::fs::create_dir(&young).expect("folder");
        let second = Folder::make(cache.path()).expect("folder");
        assert!(alive.path().is_dir() && second.path().is_dir() && young.is_dir());
        assert!(!dead.exists());
    }

    #[test]
    fn strangers_are_told() {
        let outbox = Outbox::nowhere();
        let greet_with = |bytes: &'static [u8]| greet(&mut Reader::new(bytes), &outbox, hello("cpu", &[]));
        assert!(greet_with(b"").is_ok(), "the studio went away");
        let error = greet_with(b"hello\n").expect_err("no frame").to_string();
        assert!(error.contains("hello"), "{error}");
        let shutdown = b"\0\0\0\x1a\0\0\0\x16{\"command\":\"shutdown\"}";
        assert!(greet_with(shutdown).expect_err("no hello").to_string().contains("not by hand"));
    }
}
