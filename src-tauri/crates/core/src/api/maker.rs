//! Who is said to have made exports, and who signs them.

use std::path::PathBuf;

use gallop_media::provenance::{SignatureAlgorithm, Signer, SigningKey};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::studio::Studio;
use super::value::Nothing;
use crate::settings::Settings;
use crate::{Code, coded};

/// The longest name of a producer.
const MAX_NAME: usize = 64;

/// Who is said to have made exports, and who signs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportMaker {
    /// The producer in the labels of files: a registered code of 27 characters, or a name without blanks; Gallop where nothing
    /// is said.
    pub producer: Option<String>,
    /// Who signs by C2PA; nobody where nothing is said.
    pub signer: Option<ExportSigner>,
}

/// What signs. The key is the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportSigner {
    /// The file with the certificates in PEM, the signer's first.
    pub certificates: String,
    /// The algorithm of the key.
    pub algorithm: SigningAlgorithm,
    /// What holds the key.
    pub key: ExportKey,
}

/// The algorithm of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SigningAlgorithm {
    /// ECDSA on P-256.
    Es256,
    /// ECDSA on P-384.
    Es384,
    /// Ed25519.
    Ed25519,
    /// RSA.
    Ps256,
}

/// What holds a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExportKey {
    /// A file in PEM.
    File {
        /// Where it is.
        path: String,
    },
    /// A program that signs what it reads: for tokens, and machines that keep their keys.
    Command {
        /// The program.
        program: String,
        /// What it is called with.
        arguments: Vec<String>,
    },
}

pub(super) fn get(studio: &Studio, _: Nothing) -> anyhow::Result<ExportMaker> {
    let maker = Settings::load(&studio.places)?.export;
    let signer = maker.signer.map(|signer| ExportSigner {
        certificates: signer.certificates.display().to_string(),
        algorithm: match signer.algorithm {
            SignatureAlgorithm::Es256 => SigningAlgorithm::Es256,
            SignatureAlgorithm::Es384 => SigningAlgorithm::Es384,
            SignatureAlgorithm::Ed25519 => SigningAlgorithm::Ed25519,
            SignatureAlgorithm::Ps256 => SigningAlgorithm::Ps256,
        },
        key: match signer.key {
            SigningKey::File(path) => ExportKey::File { path: path.display().to_string() },
            SigningKey::Command { program, arguments } => {
                ExportKey::Command { program: program.display().to_string(), arguments }
            }
        },
    });
    Ok(ExportMaker { producer: maker.producer, signer })
}

pub(super) fn set(studio: &Studio, args: ExportMaker) -> anyhow::Result<ExportMaker> {
    let ExportMaker { producer, signer } = args;
    let producer = producer.filter(|producer| !producer.is_empty());
    let is_name = |name: &String| {
        let is_plain = |letter: u8| letter.is_ascii_graphic() && !matches!(letter, b'"' | b'\\');
        name.len() <= MAX_NAME && name.bytes().all(is_plain)
    };
    if producer.as_ref().is_some_and(|name| !is_name(name)) {
        let why = "a producer is a registered code, or a name of up to 64 letters, digits and signs without blanks";
        return Err(coded(Code::Input, why));
    }
    let signer = signer.map(|signer| Signer {
        certificates: PathBuf::from(signer.certificates),
        algorithm: match signer.algorithm {
            SigningAlgorithm::Es256 => SignatureAlgorithm::Es256,
            SigningAlgorithm::Es384 => SignatureAlgorithm::Es384,
            SigningAlgorithm::Ed25519 => SignatureAlgorithm::Ed25519,
            SigningAlgorithm::Ps256 => SignatureAlgorithm::Ps256,
        },
        key: match signer.key {
            ExportKey::File { path } => SigningKey::File(PathBuf::from(path)),
            ExportKey::Command { program, arguments } => {
                SigningKey::Command { program: PathBuf::from(program), arguments }
            }
        },
    });
    if let Some(signer) = &signer {
        // Tried now, and not at the end of an export.
        signer.check().map_err(|error| coded(Code::Input, error.to_string()))?;
    }
    let mut settings = Settings::load(&studio.places)?;
    (settings.export.producer, settings.export.signer) = (producer, signer);
    settings.save(&studio.places)?;
    get(studio, Nothing {})
}
