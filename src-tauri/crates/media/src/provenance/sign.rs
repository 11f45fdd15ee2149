//! Signing by C2PA, with a key that the user keeps.

use std::{
    fs::File,
    io::{Read as _, Seek as _, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use c2pa::{Builder, CallbackSigner, Context, Reader, SigningAlg};

use super::{Provenance, SignatureAlgorithm, Signer, SigningKey};
use crate::{Container, Error, Result, files};

/// A signing program may ask a person for a PIN or wait for a token; after so long it is given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// So many manifests of sources are kept at most, each some 10 to 100 KB.
const MOST_SOURCES: usize = 64;
/// Certificates and keys are a few thousand bytes, and so is an answer.
const LONGEST: u64 = 1 << 20;

impl From<SignatureAlgorithm> for SigningAlg {
    fn from(algorithm: SignatureAlgorithm) -> Self {
        match algorithm {
            SignatureAlgorithm::Es256 => Self::Es256,
            SignatureAlgorithm::Es384 => Self::Es384,
            SignatureAlgorithm::Ed25519 => Self::Ed25519,
            SignatureAlgorithm::Ps256 => Self::Ps256,
        }
    }
}

/// The name by which C2PA knows a kind of file; none if it does not.
pub(super) fn kind(container: Container) -> Option<&'static str> {
    match container {
        Container::Mp4 => Some("video/mp4"),
        Container::Mov => Some("video/quicktime"),
        Container::Wav => Some("audio/wav"),
        Container::Mkv => None,
    }
}

impl Signer {
    /// Signs a few bytes, so that a wrong password or a missing file is known before long work.
    pub fn check(&self) -> Result<()> {
        let signer = self.open()?;
        signer.sign(b"Gallop").map(drop).map_err(|error| self.refused(&error))
    }

    fn open(&self) -> Result<Box<dyn c2pa::Signer>> {
        let certificates = read(&self.certificates)?;
        let algorithm = SigningAlg::from(self.algorithm);
        match &self.key {
            SigningKey::File(path) => {
                let signer = c2pa::create_signer::from_keys(&certificates, &read(path)?, algorithm, None);
                Ok(signer.map_err(|error| self.refused(&error))?)
            }
            SigningKey::Command { program, arguments } => {
                let (program, arguments) = (program.clone(), arguments.clone());
                let ask = move |_: *const (), bytes: &[u8]| {
                    ask(&program, &arguments, bytes).map_err(|why| c2pa::Error::OtherError(why.into()))
                };
                Ok(Box::new(CallbackSigner::new(ask, algorithm, certificates)))
            }
        }
    }

    fn refused(&self, error: &dyn std::error::Error) -> Error {
        // The outer error of a failed callback only says that there was one.
        let mut why = error.to_string();
        let mut inner = error.source();
        while let Some(cause) = inner {
            let cause_said = cause.to_string();
            if !why.contains(&cause_said) {
                why = format!("{why}: {cause_said}");
            }
            inner = cause.source();
        }
        Error::Sign { why, path: self.certificates.clone() }
    }
}

/// Copies `from` into `to` with a manifest that says how it was made, and which of the `sources` came with manifests of
/// their own: those are kept inside.
pub(super) fn sign(
    signer: &Signer,
    provenance: &Provenance,
    container: Container,
    sources: &[&Path],
    place: &Path,
    from: &mut File,
    to: &mut File,
) -> Result<()> {
    let Some(kind) = kind(container) else {
        return Err(Error::Spec(format!("C2PA cannot sign a {} file; choose mp4, mov or wav", container.extension())));
    };
    let key = signer.open()?;
    let maker = serde_json::json!({ "name": "Gallop", "version": env!("CARGO_PKG_VERSION") });
    // No prompt and no file name: who shares a clip has not agreed to share those.
    let mut actions = vec![serde_json::json!({
        "action": "c2pa.created",
        "when": provenance.created,
        "digitalSourceType": provenance.source.address(),
        "softwareAgent": maker,
        "parameters": { "art.gallop.id": provenance.produce_id, "art.gallop.models": provenance.models },
    })];
    let signed_sources: Vec<(String, &Path)> = sources
        .iter()
        .filter(|path| is_signed(path))
        .take(MOST_SOURCES)
        .enumerate()
        .map(|(number, path)| (format!("source-{number}"), *path))
        .collect();
    let placed = signed_sources
        .iter()
        .map(|(id, _)| serde_json::json!({ "action": "c2pa.placed", "parameters": { "ingredientIds": [id] } }));
    actions.extend(placed);
    let made = serde_json::json!({
        "claim_generator_info": [maker],
        "assertions": [{ "label": "c2pa.actions.v2", "data": { "actions": actions } }],
    });
    // What was signed is read back by `read` in any case.
    let settings = serde_json::json!({ "verify": { "verify_after_sign": false } }).to_string();
    let signed = Context::new().with_settings(settings).and_then(|context| {
        let mut builder = Builder::from_context(context).with_definition(made)?;
        for (id, path) in &signed_sources {
            let source =
                serde_json::json!({ "title": id, "instance_id": id, "label": id, "relationship": "componentOf" });
            builder.add_ingredient_from_stream(source.to_string(), extension(path), &mut File::open(path)?)?;
        }
        from.rewind()?;
        to.rewind()?;
        builder.sign(key.as_ref(), kind, from, to)
    });
    match signed {
        Ok(_) => Ok(()),
        // The disk's own troubles are not the signer's.
        Err(c2pa::Error::IoError(error)) => Err(Error::io("sign the file", place)(error)),
        Err(error) => Err(signer.refused(&error)),
    }
}

/// Whether a file came with a manifest, valid or not.
fn is_signed(path: &Path) -> bool {
    let read = File::open(path).map(|file| Reader::default().with_stream(extension(path), file));
    matches!(read, Ok(Ok(_)))
}

/// What a file is by its name, for formats whose bytes do not tell.
fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("mp4")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let file = files::open("open the signer's file", path)?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).map_err(Error::io("read the signer's file", path))?;
    Ok(bytes)
}

/// Lets a program sign: the bytes go to its standard input, the signature comes from its standard output.
fn ask(program: &Path, arguments: &[String], bytes: &[u8]) -> std::result::Result<Vec<u8>, String> {
    let named = |why: String| format!("the signing program {} {why}", program.display());
    let pipes = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = pipes.map_err(|error| named(format!("cannot be started: {error}")))?;
    // Each pipe gets a thread, so that a program which writes before it has read everything does not stand still. They end
    // with the program.
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let bytes = bytes.to_vec();
    let give = std::thread::spawn(move || input.is_some_and(|mut input| input.write_all(&bytes).is_ok()));
    let hear = std::thread::spawn(move || everything(output));
    let complain = std::thread::spawn(move || everything(errors));
    let ended = wait(&mut child).map_err(named)?;
    let (_, said, complaint) = (give.join(), hear.join().unwrap_or_default(), complain.join().unwrap_or_default());
    if !ended {
        let complaint = String::from_utf8_lossy(&complaint).trim().chars().take(300).collect::<String>();
        return Err(named(format!("failed: {complaint}")));
    }
    if said.is_empty() { Err(named("gave no signature".into())) } else { Ok(said) }
}

/// Whether the program ended well; one that takes too long is ended.
fn wait(child: &mut Child) -> std::result::Result<bool, String> {
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                // It may have ended by itself just now; either way it is gone afterwards.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("gave no answer in {} seconds", PATIENCE.as_secs()));
            }
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
}

fn everything(pipe: Option<impl std::io::Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What was read before an error is what there is.
        let _ = pipe.take(LONGEST).read_to_end(&mut bytes);
    }
    bytes
}
